//! What STS has that RDS has not: operations that are not signed.

use sts_protocol::Operation;
use sts_protocol::operations::{AssumeRole, AssumeRoleWithWebIdentity};

#[test]
fn operations_that_obtain_the_first_credentials_are_not_signed() {
    let signed = [AssumeRole::SIGNED, AssumeRoleWithWebIdentity::SIGNED];
    assert_eq!(signed, [true, false]);
}

#[test]
fn a_request_of_another_service() {
    let request = AssumeRole::new("arn:aws:iam::1:role/r", "session").duration_seconds(900);
    assert_eq!(
        request.to_body().as_deref(),
        Ok("Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr\
            &RoleSessionName=session&DurationSeconds=900")
    );
}
