//! What the contestants made of a response, in one neutral form: so they can be compared, member by member. quick-xml's
//! serde reads the neutral form itself.

use aws_smithy_types::DateTime;
use awsquery::{Sensitive, StringEnum};
use serde::Deserialize;

mod ours {
    pub(super) use rds_protocol::operations::{DescribeDBInstancesOutput, DescribeExportTasksOutput};
    pub(super) use rds_protocol::types::*;
}

mod sdk {
    pub(super) use aws_sdk_rds::operation::describe_db_instances::DescribeDbInstancesOutput;
    pub(super) use aws_sdk_rds::operation::describe_export_tasks::DescribeExportTasksOutput;
    pub(super) use aws_sdk_rds::types::*;
}

/// A moment, as precise as it was sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Timestamp(awsquery::Timestamp);

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Timestamp;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a timestamp as of RFC 3339")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Timestamp, E> {
                text.parse().map(Timestamp).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

/// An element whose children, whatever they are called, are the items.
#[derive(Debug, Default, PartialEq, Deserialize)]
pub(crate) struct List<T> {
    /// The items.
    #[serde(rename = "$value", default = "Vec::new")]
    pub(crate) items: Vec<T>,
}

/// A contestant's value as a neutral one.
pub(crate) trait Neutral<T> {
    /// The same in neutral form.
    fn neutral(&self) -> T;
}

impl<A: Neutral<B>, B> Neutral<Option<B>> for Option<A> {
    fn neutral(&self) -> Option<B> {
        self.as_ref().map(Neutral::neutral)
    }
}

impl<A: Neutral<B>, B> Neutral<List<B>> for Vec<A> {
    fn neutral(&self) -> List<B> {
        List { items: self.iter().map(Neutral::neutral).collect() }
    }
}

impl<A: Neutral<B>, B> Neutral<B> for Sensitive<A> {
    fn neutral(&self) -> B {
        self.expose().neutral()
    }
}

impl Neutral<Timestamp> for awsquery::Timestamp {
    fn neutral(&self) -> Timestamp {
        Timestamp(*self)
    }
}

impl Neutral<Timestamp> for DateTime {
    fn neutral(&self) -> Timestamp {
        let nanoseconds = self.subsec_nanos().try_into().expect("less than a second");
        Timestamp(awsquery::Timestamp::new(self.secs(), nanoseconds).expect("a year that RDS can send"))
    }
}

macro_rules! plain {
    ($($type:ty),*) => {$(
        impl Neutral<$type> for $type {
            fn neutral(&self) -> $type {
                self.clone()
            }
        }
    )*};
}

plain!(String, i32, bool);

/// Enumerations, as the text that was sent: first ours alone, then those that both have.
macro_rules! enums {
    ($($only:ident),*; $($name:ident),*) => {
        $(impl Neutral<String> for ours::$only {
            fn neutral(&self) -> String {
                StringEnum::text(self).into()
            }
        })*
        $(impl Neutral<String> for ours::$name {
            fn neutral(&self) -> String {
                StringEnum::text(self).into()
            }
        }
        impl Neutral<String> for sdk::$name {
            fn neutral(&self) -> String {
                self.as_str().into()
            }
        })*
    };
}

enums!(
    // The model has a string here.
    ExportTaskStatus;
    ActivityStreamMode, ActivityStreamPolicyStatus, ActivityStreamStatus, AutomationMode, DatabaseInsightsMode,
    ExportSourceType, ReplicaMode, StorageEncryptionType, UpgradeRolloutOrder
);

/// Structures, named as in aws-sdk-rds, then as in ours: a line a member, with the name it has on the wire.
macro_rules! structures {
    ($($name:ident = $ours:ident { $($field:ident: $type:ty = $wire:literal,)* })*) => {$(
        #[doc = concat!("`", stringify!($ours), "`, every member that the model has.")]
        #[derive(Debug, PartialEq, Deserialize)]
        pub(crate) struct $name {
            $(#[serde(rename = $wire)] pub(crate) $field: Option<$type>,)*
        }

        impl Neutral<$name> for ours::$ours {
            fn neutral(&self) -> $name {
                $name { $($field: self.$field.neutral(),)* }
            }
        }

        impl Neutral<$name> for sdk::$name {
            fn neutral(&self) -> $name {
                $name { $($field: self.$field.neutral(),)* }
            }
        }
    )*};
}

structures! {
    DescribeExportTasksOutput = DescribeExportTasksOutput {
        export_tasks: List<ExportTask> = "ExportTasks",
        marker: String = "Marker",
    }
    DescribeDbInstancesOutput = DescribeDBInstancesOutput {
        db_instances: List<DbInstance> = "DBInstances",
        marker: String = "Marker",
    }
ExportTask = ExportTask {
    export_task_identifier: String = "ExportTaskIdentifier",
    source_arn: String = "SourceArn",
    export_only: List<String> = "ExportOnly",
    snapshot_time: Timestamp = "SnapshotTime",
    task_start_time: Timestamp = "TaskStartTime",
    task_end_time: Timestamp = "TaskEndTime",
    s3_bucket: String = "S3Bucket",
    s3_prefix: String = "S3Prefix",
    iam_role_arn: String = "IamRoleArn",
    kms_key_id: String = "KmsKeyId",
    status: String = "Status",
    percent_progress: i32 = "PercentProgress",
    total_extracted_data_in_gb: i32 = "TotalExtractedDataInGB",
    failure_cause: String = "FailureCause",
    warning_message: String = "WarningMessage",
    source_type: String = "SourceType",
}
DbInstance = DBInstance {
    db_instance_identifier: String = "DBInstanceIdentifier",
    db_instance_class: String = "DBInstanceClass",
    engine: String = "Engine",
    db_instance_status: String = "DBInstanceStatus",
    master_username: String = "MasterUsername",
    db_name: String = "DBName",
    endpoint: Endpoint = "Endpoint",
    allocated_storage: i32 = "AllocatedStorage",
    instance_create_time: Timestamp = "InstanceCreateTime",
    preferred_backup_window: String = "PreferredBackupWindow",
    backup_retention_period: i32 = "BackupRetentionPeriod",
    db_security_groups: List<DbSecurityGroupMembership> = "DBSecurityGroups",
    vpc_security_groups: List<VpcSecurityGroupMembership> = "VpcSecurityGroups",
    db_parameter_groups: List<DbParameterGroupStatus> = "DBParameterGroups",
    availability_zone: String = "AvailabilityZone",
    db_subnet_group: DbSubnetGroup = "DBSubnetGroup",
    preferred_maintenance_window: String = "PreferredMaintenanceWindow",
    upgrade_rollout_order: String = "UpgradeRolloutOrder",
    pending_modified_values: PendingModifiedValues = "PendingModifiedValues",
    latest_restorable_time: Timestamp = "LatestRestorableTime",
    multi_az: bool = "MultiAZ",
    engine_version: String = "EngineVersion",
    auto_minor_version_upgrade: bool = "AutoMinorVersionUpgrade",
    read_replica_source_db_instance_identifier: String = "ReadReplicaSourceDBInstanceIdentifier",
    read_replica_db_instance_identifiers: List<String> = "ReadReplicaDBInstanceIdentifiers",
    read_replica_db_cluster_identifiers: List<String> = "ReadReplicaDBClusterIdentifiers",
    replica_mode: String = "ReplicaMode",
    license_model: String = "LicenseModel",
    iops: i32 = "Iops",
    storage_throughput: i32 = "StorageThroughput",
    option_group_memberships: List<OptionGroupMembership> = "OptionGroupMemberships",
    character_set_name: String = "CharacterSetName",
    nchar_character_set_name: String = "NcharCharacterSetName",
    secondary_availability_zone: String = "SecondaryAvailabilityZone",
    publicly_accessible: bool = "PubliclyAccessible",
    status_infos: List<DbInstanceStatusInfo> = "StatusInfos",
    storage_type: String = "StorageType",
    storage_encryption_type: String = "StorageEncryptionType",
    tde_credential_arn: String = "TdeCredentialArn",
    db_instance_port: i32 = "DbInstancePort",
    db_cluster_identifier: String = "DBClusterIdentifier",
    storage_encrypted: bool = "StorageEncrypted",
    kms_key_id: String = "KmsKeyId",
    dbi_resource_id: String = "DbiResourceId",
    ca_certificate_identifier: String = "CACertificateIdentifier",
    domain_memberships: List<DomainMembership> = "DomainMemberships",
    copy_tags_to_snapshot: bool = "CopyTagsToSnapshot",
    monitoring_interval: i32 = "MonitoringInterval",
    enhanced_monitoring_resource_arn: String = "EnhancedMonitoringResourceArn",
    monitoring_role_arn: String = "MonitoringRoleArn",
    promotion_tier: i32 = "PromotionTier",
    db_instance_arn: String = "DBInstanceArn",
    timezone: String = "Timezone",
    iam_database_authentication_enabled: bool = "IAMDatabaseAuthenticationEnabled",
    database_insights_mode: String = "DatabaseInsightsMode",
    performance_insights_enabled: bool = "PerformanceInsightsEnabled",
    performance_insights_kms_key_id: String = "PerformanceInsightsKMSKeyId",
    performance_insights_retention_period: i32 = "PerformanceInsightsRetentionPeriod",
    enabled_cloudwatch_logs_exports: List<String> = "EnabledCloudwatchLogsExports",
    processor_features: List<ProcessorFeature> = "ProcessorFeatures",
    deletion_protection: bool = "DeletionProtection",
    associated_roles: List<DbInstanceRole> = "AssociatedRoles",
    listener_endpoint: Endpoint = "ListenerEndpoint",
    max_allocated_storage: i32 = "MaxAllocatedStorage",
    tag_list: List<Tag> = "TagList",
    automation_mode: String = "AutomationMode",
    resume_full_automation_mode_time: Timestamp = "ResumeFullAutomationModeTime",
    customer_owned_ip_enabled: bool = "CustomerOwnedIpEnabled",
    network_type: String = "NetworkType",
    activity_stream_status: String = "ActivityStreamStatus",
    activity_stream_kms_key_id: String = "ActivityStreamKmsKeyId",
    activity_stream_kinesis_stream_name: String = "ActivityStreamKinesisStreamName",
    activity_stream_mode: String = "ActivityStreamMode",
    activity_stream_engine_native_audit_fields_included: bool = "ActivityStreamEngineNativeAuditFieldsIncluded",
    aws_backup_recovery_point_arn: String = "AwsBackupRecoveryPointArn",
    db_instance_automated_backups_replications: List<DbInstanceAutomatedBackupsReplication> = "DBInstanceAutomatedBackupsReplications",
    backup_target: String = "BackupTarget",
    automatic_restart_time: Timestamp = "AutomaticRestartTime",
    custom_iam_instance_profile: String = "CustomIamInstanceProfile",
    activity_stream_policy_status: String = "ActivityStreamPolicyStatus",
    certificate_details: CertificateDetails = "CertificateDetails",
    db_system_id: String = "DBSystemId",
    master_user_secret: MasterUserSecret = "MasterUserSecret",
    read_replica_source_db_cluster_identifier: String = "ReadReplicaSourceDBClusterIdentifier",
    percent_progress: String = "PercentProgress",
    multi_tenant: bool = "MultiTenant",
    dedicated_log_volume: bool = "DedicatedLogVolume",
    is_storage_config_upgrade_available: bool = "IsStorageConfigUpgradeAvailable",
    engine_lifecycle_support: String = "EngineLifecycleSupport",
    additional_storage_volumes: List<AdditionalStorageVolumeOutput> = "AdditionalStorageVolumes",
    storage_volume_status: String = "StorageVolumeStatus",
    storage_operation_status: String = "StorageOperationStatus",
    storage_operation_percent_progress: i32 = "StorageOperationPercentProgress",
    db_capacity_reservation_identifier: String = "DBCapacityReservationIdentifier",
}
Endpoint = Endpoint {
    address: String = "Address",
    port: i32 = "Port",
    hosted_zone_id: String = "HostedZoneId",
}
DbSecurityGroupMembership = DBSecurityGroupMembership {
    db_security_group_name: String = "DBSecurityGroupName",
    status: String = "Status",
}
VpcSecurityGroupMembership = VpcSecurityGroupMembership {
    vpc_security_group_id: String = "VpcSecurityGroupId",
    status: String = "Status",
}
DbParameterGroupStatus = DBParameterGroupStatus {
    db_parameter_group_name: String = "DBParameterGroupName",
    parameter_apply_status: String = "ParameterApplyStatus",
}
DbSubnetGroup = DBSubnetGroup {
    db_subnet_group_name: String = "DBSubnetGroupName",
    db_subnet_group_description: String = "DBSubnetGroupDescription",
    vpc_id: String = "VpcId",
    subnet_group_status: String = "SubnetGroupStatus",
    subnets: List<Subnet> = "Subnets",
    db_subnet_group_arn: String = "DBSubnetGroupArn",
    supported_network_types: List<String> = "SupportedNetworkTypes",
}
Subnet = Subnet {
    subnet_identifier: String = "SubnetIdentifier",
    subnet_availability_zone: AvailabilityZone = "SubnetAvailabilityZone",
    subnet_outpost: Outpost = "SubnetOutpost",
    subnet_status: String = "SubnetStatus",
}
AvailabilityZone = AvailabilityZone {
    name: String = "Name",
}
Outpost = Outpost {
    arn: String = "Arn",
}
PendingModifiedValues = PendingModifiedValues {
    db_instance_class: String = "DBInstanceClass",
    allocated_storage: i32 = "AllocatedStorage",
    master_user_password: String = "MasterUserPassword",
    port: i32 = "Port",
    backup_retention_period: i32 = "BackupRetentionPeriod",
    multi_az: bool = "MultiAZ",
    engine_version: String = "EngineVersion",
    license_model: String = "LicenseModel",
    iops: i32 = "Iops",
    storage_throughput: i32 = "StorageThroughput",
    db_instance_identifier: String = "DBInstanceIdentifier",
    storage_type: String = "StorageType",
    ca_certificate_identifier: String = "CACertificateIdentifier",
    db_subnet_group_name: String = "DBSubnetGroupName",
    pending_cloudwatch_logs_exports: PendingCloudwatchLogsExports = "PendingCloudwatchLogsExports",
    processor_features: List<ProcessorFeature> = "ProcessorFeatures",
    automation_mode: String = "AutomationMode",
    resume_full_automation_mode_time: Timestamp = "ResumeFullAutomationModeTime",
    multi_tenant: bool = "MultiTenant",
    iam_database_authentication_enabled: bool = "IAMDatabaseAuthenticationEnabled",
    dedicated_log_volume: bool = "DedicatedLogVolume",
    engine: String = "Engine",
    additional_storage_volumes: List<AdditionalStorageVolume> = "AdditionalStorageVolumes",
    db_capacity_reservation_identifier: String = "DBCapacityReservationIdentifier",
}
PendingCloudwatchLogsExports = PendingCloudwatchLogsExports {
    log_types_to_enable: List<String> = "LogTypesToEnable",
    log_types_to_disable: List<String> = "LogTypesToDisable",
}
ProcessorFeature = ProcessorFeature {
    name: String = "Name",
    value: String = "Value",
}
AdditionalStorageVolume = AdditionalStorageVolume {
    volume_name: String = "VolumeName",
    allocated_storage: i32 = "AllocatedStorage",
    iops: i32 = "IOPS",
    max_allocated_storage: i32 = "MaxAllocatedStorage",
    storage_throughput: i32 = "StorageThroughput",
    storage_type: String = "StorageType",
}
OptionGroupMembership = OptionGroupMembership {
    option_group_name: String = "OptionGroupName",
    status: String = "Status",
}
DbInstanceStatusInfo = DBInstanceStatusInfo {
    status_type: String = "StatusType",
    normal: bool = "Normal",
    status: String = "Status",
    message: String = "Message",
}
DomainMembership = DomainMembership {
    domain: String = "Domain",
    status: String = "Status",
    fqdn: String = "FQDN",
    iam_role_name: String = "IAMRoleName",
    ou: String = "OU",
    auth_secret_arn: String = "AuthSecretArn",
    dns_ips: List<String> = "DnsIps",
}
DbInstanceRole = DBInstanceRole {
    role_arn: String = "RoleArn",
    feature_name: String = "FeatureName",
    status: String = "Status",
}
Tag = Tag {
    key: String = "Key",
    value: String = "Value",
}
DbInstanceAutomatedBackupsReplication = DBInstanceAutomatedBackupsReplication {
    db_instance_automated_backups_arn: String = "DBInstanceAutomatedBackupsArn",
}
CertificateDetails = CertificateDetails {
    ca_identifier: String = "CAIdentifier",
    valid_till: Timestamp = "ValidTill",
}
MasterUserSecret = MasterUserSecret {
    secret_arn: String = "SecretArn",
    secret_status: String = "SecretStatus",
    kms_key_id: String = "KmsKeyId",
}
AdditionalStorageVolumeOutput = AdditionalStorageVolumeOutput {
    volume_name: String = "VolumeName",
    storage_volume_status: String = "StorageVolumeStatus",
    storage_operation_status: String = "StorageOperationStatus",
    storage_operation_percent_progress: i32 = "StorageOperationPercentProgress",
    allocated_storage: i32 = "AllocatedStorage",
    iops: i32 = "IOPS",
    max_allocated_storage: i32 = "MaxAllocatedStorage",
    storage_throughput: i32 = "StorageThroughput",
    storage_type: String = "StorageType",
}}
