//! From the model to the IR: resolves, checks, sorts. Collects every error, each with its shape's path.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{self, Layout, TimestampFormat, Type};
use crate::model;
use crate::names::{self, Scope};
use crate::prose;
use crate::waiters;
use crate::{Diagnostics, OutputNames, Selection};

/// Lowers the operations of a model that were asked for, and what they reach; [`resolve_paths`] adds the rest.
pub(crate) fn lower(
    id: &str,
    model: &model::Model,
    selection: &Selection,
    recorded: &OutputNames,
    diagnostics: &mut Diagnostics,
) -> ir::Service {
    let mut lowering = Lowering::new(id, model, recorded, diagnostics);
    lowering.check_whole_model();
    let selected = lowering.select(selection);
    lowering.assign_type_names(&selected);
    let operations = selected.iter().map(|operation| lowering.operation(operation)).collect();
    lowering.service(operations)
}

/// Adds what leads to members by paths, once their types are known: paginators and waiters.
pub(crate) fn resolve_paths(model: &model::Model, service: &mut ir::Service, diagnostics: &mut Diagnostics) {
    paginators(model, service, diagnostics);
    for waiter in &model.waiters {
        if !model.operations.iter().any(|operation| operation.key == waiter.operation) {
            let path = format!("{}#{} waiter", service.id, waiter.name);
            diagnostics
                .error(path, format!("is of {:?}, which is no operation of the model", waiter.operation));
        }
    }
    waiters::add(service, &model.waiters, diagnostics);
}

/// Resolves the paginators of the operations that are emitted.
fn paginators(model: &model::Model, service: &mut ir::Service, diagnostics: &mut Diagnostics) {
    for (name, paginator) in &model.paginators {
        let Some(index) = service.operations.iter().position(|operation| operation.key() == name) else {
            if !model.operations.iter().any(|operation| operation.key == *name) {
                diagnostics
                    .error(format!("{}#{name} paginator", service.id), "is of no operation of the model");
            }
            continue;
        };
        match resolve_paginator(service, &service.operations[index], paginator) {
            Ok(paginator) => service.operations[index].paginator = Some(paginator),
            Err(message) => {
                diagnostics.error(format!("{} paginator", service.operations[index].path), message)
            }
        }
    }
}

fn resolve_paginator(
    service: &ir::Service,
    operation: &ir::Operation,
    paginator: &model::Paginator,
) -> Result<ir::Paginator, String> {
    let output = service.output_of(operation).ok_or("expected an operation with an output")?;
    let of_type = |path: &str, root: &ir::Structure, type_: Type| {
        let (fields, layout) = resolve_path(service, root, path)?;
        match layout.type_ == type_ && !layout.sensitive {
            true => Ok(fields),
            false => Err(format!("expected {path:?} to be {type_:?}, found {:?}", layout.type_)),
        }
    };
    let mut input_token = of_type(&paginator.input_token, &operation.input, Type::String)?;
    if input_token.len() != 1 {
        return Err(format!("expected a member of the request, found {:?}", paginator.input_token));
    }
    let (token_in_last_of, output_token) = output_token(service, output, &paginator.output_token)?;
    let more_results = paginator.more_results.as_ref().map(|path| of_type(path, output, Type::Boolean));
    let items = paginator.result_keys.first().ok_or("expected a result key")?;
    let (items, items_layout) = resolve_path(service, output, items)?;
    let aggregates = paginator.result_keys.iter().map(|key| aggregate(service, output, key));
    Ok(ir::Paginator {
        input_token: input_token.remove(0),
        output_token,
        token_in_last_of,
        more_results: more_results.transpose()?,
        items,
        items_layout: items_layout.clone(),
        aggregates: aggregates.collect::<Result<_, _>>()?,
    })
}

fn aggregate(service: &ir::Service, output: &ir::Structure, key: &str) -> Result<ir::Aggregate, String> {
    let (path, layout) = resolve_path(service, output, key)?;
    let join = match &layout.type_ {
        Type::List { .. } | Type::Map { .. } => ir::Join::Extend,
        Type::String => ir::Join::Append,
        Type::Integer | Type::Long => ir::Join::Add,
        other => return Err(format!("expected {key:?} to be what pages can join, found {other:?}")),
    };
    Ok(ir::Aggregate { path, join, sensitive: layout.sensitive })
}

/// The way to an output's marker, `Jobs[-1].JobId` included: the list in whose last element it stands, if any, and the
/// way from there.
fn output_token(
    service: &ir::Service,
    output: &ir::Structure,
    path: &str,
) -> Result<(Vec<String>, Vec<String>), String> {
    let (root, list, path) = match path.split_once("[-1].") {
        None => (output, Vec::new(), path),
        Some((list, path)) => {
            let (fields, layout) = resolve_path(service, output, list)?;
            let item = match &layout.type_ {
                Type::List { of, .. } if !layout.sensitive && !of.sensitive => match &of.type_ {
                    Type::Structure { name, .. } => service.structure(name),
                    _ => None,
                },
                _ => None,
            };
            (
                item.ok_or_else(|| {
                    format!("expected {list:?} to be a list of structures, not a sensitive one")
                })?,
                fields,
                path,
            )
        }
    };
    let (fields, layout) = resolve_path(service, root, path)?;
    match layout.type_ == Type::String && !layout.sensitive {
        true => Ok((list, fields)),
        false => Err(format!("expected {path:?} to be {:?}, found {:?}", Type::String, layout.type_)),
    }
}

/// Follows member names from a structure, through none that is sensitive; gives the fields, and the layout of the last.
fn resolve_path<'s>(
    service: &'s ir::Service,
    root: &'s ir::Structure,
    path: &str,
) -> Result<(Vec<String>, &'s Layout), String> {
    let (mut structure, mut fields, mut found) = (Some(root), Vec::new(), None);
    for name in path.split('.') {
        if found.is_some_and(|layout: &Layout| layout.sensitive) {
            return Err(format!("expected a path through nothing sensitive, found {path:?}"));
        }
        let member =
            structure.and_then(|structure| structure.members.iter().find(|member| member.name == name));
        let member = member.ok_or_else(|| format!("expected a path of members, found {path:?}"))?;
        fields.push(member.field.clone());
        found = Some(&member.layout);
        structure = match &member.layout.type_ {
            Type::Structure { name, .. } => service.structure(name),
            _ => None,
        };
    }
    found.map(|layout| (fields, layout)).ok_or_else(|| "expected a path, found nothing".into())
}

struct Lowering<'a> {
    id: &'a str,
    model: &'a model::Model,
    shapes: BTreeMap<&'a str, &'a model::Shape>,
    recorded: &'a OutputNames,
    diagnostics: &'a mut Diagnostics,
    /// Shapes that another shape refers to, in the whole model: what is asked for must not change a name.
    referred: BTreeSet<&'a str>,
    /// Structures and enumerations that are emitted, with their type and module names.
    types: BTreeMap<&'a str, (String, String)>,
    settable: BTreeSet<&'a str>,
    operation_modules: Scope,
    /// All error shapes of the model, sorted: an error's number in the IR is its place here.
    error_names: Vec<&'a str>,
}

impl<'a> Lowering<'a> {
    fn new(
        id: &'a str,
        model: &'a model::Model,
        recorded: &'a OutputNames,
        diagnostics: &'a mut Diagnostics,
    ) -> Self {
        let shapes = model.shapes.iter().map(|(name, shape)| (name.as_str(), shape)).collect();
        let referred =
            model.shapes.iter().flat_map(|(_, shape)| shape.references()).map(|r| r.shape.as_str()).collect();
        Self {
            id,
            model,
            shapes,
            recorded,
            diagnostics,
            referred,
            types: BTreeMap::new(),
            settable: BTreeSet::new(),
            operation_modules: Scope::default(),
            error_names: error_names(model),
        }
    }

    fn path(&self, name: &str) -> String {
        format!("{}#{name}", self.id)
    }

    /// Checks that hold for a model as a whole, whichever operations are asked for.
    fn check_whole_model(&mut self) {
        let metadata = &self.model.metadata;
        if !metadata.protocols.iter().any(|protocol| protocol == "query") {
            let found = metadata.protocols.join(", ");
            self.diagnostics.error(self.id, format!("expected the protocol \"query\", found \"{found}\""));
        }
        for (name, shape) in &self.model.shapes {
            self.check_shape(name, shape);
        }
        let mut names = BTreeMap::new();
        for operation in &self.model.operations {
            let path = self.path(&operation.key);
            if let Some(other) = names.insert(&operation.name, &operation.key) {
                let what = format!("has the name {:?} of {}", operation.name, self.path(other));
                self.diagnostics.error(&path, what);
            }
            for shape in operation.input.iter().chain(&operation.output).chain(&operation.errors) {
                self.check_target(&path, shape);
            }
            for shape in operation.input.iter().chain(&operation.output) {
                if self.shapes.get(shape.as_str()).is_some_and(|shape| shape.type_ != "structure") {
                    self.diagnostics
                        .error(&path, format!("expected the structure {shape}, found another type"));
                }
            }
        }
    }

    fn check_shape(&mut self, name: &str, shape: &'a model::Shape) {
        let path = self.path(name);
        for (member, reference) in &shape.members {
            self.check_target(&format!("{path}${member}"), &reference.shape);
        }
        for (part, reference) in [("member", &shape.member), ("key", &shape.key), ("value", &shape.value)] {
            if let Some(reference) = reference {
                self.check_target(&format!("{path}${part}"), &reference.shape);
            }
        }
        for required in &shape.required {
            if !shape.members.iter().any(|(member, _)| member == required) {
                self.diagnostics.error(&path, format!("the required member {required:?} does not exist"));
            }
        }
        for (bound, value) in [("min", shape.min), ("max", shape.max)] {
            if value.is_some_and(|value| !value.is_finite()) {
                self.diagnostics.error(&path, format!("{bound:?}: expected a finite number"));
            }
        }
    }

    fn check_target(&mut self, path: &str, shape: &str) {
        // An empty name was reported when the key was found missing.
        if !shape.is_empty() && !self.shapes.contains_key(shape) {
            self.diagnostics.error(path, format!("refers to the shape {shape:?}, which does not exist"));
        }
    }

    fn select(&mut self, selection: &Selection) -> Vec<&'a model::Operation> {
        let mut selected: Vec<_> = match selection {
            Selection::All => self.model.operations.iter().collect(),
            Selection::Named(names) => {
                let mut found = Vec::new();
                for name in names {
                    match self.model.operations.iter().find(|operation| operation.key == *name) {
                        Some(operation) => found.push(operation),
                        None => self.diagnostics.error(self.path(name), "is no operation of the model"),
                    }
                }
                found
            }
        };
        selected.sort_by(|a, b| a.name.cmp(&b.name));
        // Somebody may name an operation twice.
        selected.dedup_by(|a, b| a.key == b.key);
        selected
    }

    /// Decides which shapes are emitted as types, and what they are called.
    fn assign_type_names(&mut self, operations: &[&'a model::Operation]) {
        let mut reached = BTreeSet::new();
        for operation in operations {
            if let Some(input) = &operation.input {
                let mut from_input = BTreeSet::new();
                self.reach_members(input, &mut from_input);
                self.settable.extend(&from_input);
                reached.append(&mut from_input);
            }
            if let Some(output) = &operation.output {
                if self.is_shared_output(operation, output) {
                    self.reach(output, &mut reached);
                } else {
                    self.reach_members(output, &mut reached);
                }
            }
        }
        // An error has a type of its own where it says more than a message.
        for &name in &self.error_names {
            let says_more = |(name, _): &(String, _)| !name.eq_ignore_ascii_case("message");
            if self.shapes.get(name).is_some_and(|shape| shape.members.iter().any(says_more)) {
                self.reach(name, &mut reached);
            }
        }
        // Names are claimed by every shape of the model, so that another selection gives nobody another name.
        let (mut types, mut modules) = (Scope::default(), Scope::default());
        for (name, shape) in &self.shapes {
            if shape.type_ == "structure" || shape.enum_.is_some() {
                let type_name = types.claim(names::type_name(name), "");
                let module = modules.claim(names::module(name), "_");
                if reached.contains(name) {
                    self.types.insert(name, (type_name, module));
                }
            }
        }
    }

    /// Adds the shape and all that it refers to. Iterative: a hostile model may nest without end.
    fn reach(&self, name: &'a str, reached: &mut BTreeSet<&'a str>) {
        let mut pending = vec![name];
        while let Some(name) = pending.pop() {
            let Some(shape) = self.shapes.get(name) else { continue };
            if reached.insert(name) {
                pending.extend(shape.references().map(|reference| reference.shape.as_str()));
            }
        }
    }

    fn reach_members(&self, name: &str, reached: &mut BTreeSet<&'a str>) {
        for reference in self.shapes.get(name).into_iter().flat_map(|shape| shape.references()) {
            self.reach(&reference.shape, reached);
        }
    }

    /// An output shape that another shape refers to keeps its name; what was decided once stays decided.
    fn is_shared_output(&self, operation: &model::Operation, output: &str) -> bool {
        match self.recorded.0.get(&operation.name) {
            Some(name) => *name != own_output(&names::type_name(&operation.name)),
            None => self.referred.contains(output),
        }
    }

    fn operation(&mut self, operation: &'a model::Operation) -> ir::Operation {
        let path = self.path(&operation.key);
        for key in &operation.unsupported {
            self.diagnostics.error(&path, format!("{key:?} changes the wire and is not supported"));
        }
        if operation.compression {
            self.diagnostics.warning(&path, "may be sent compressed, and is not: nothing here compresses");
        }
        let query = self.request_query(&path, operation);
        let type_name = names::type_name(&operation.name);
        let mut input = match &operation.input {
            Some(shape) => self.structure(shape, type_name.clone(), String::new(), true),
            None => empty_structure(&path, type_name.clone()),
        };
        // A request's words are the operation's; those of the shape behind it, if any, say less.
        input.text = text_of(&operation.documentation).or(input.text);
        input.deprecated |= operation.deprecated;
        // Where a URL for the source's region is asked for, the region itself is for the client to make it (PRE-1).
        let presigned = input.members.iter().any(|member| member.wire_name == "PreSignedUrl");
        for member in input.members.iter_mut().filter(|member| presigned && member.name == "SourceRegion") {
            member.unsent = true;
        }
        for member in &input.members {
            if matches!(member.wire_name.as_str(), "Action" | "Version") {
                let what =
                    format!("has the wire name {:?}, which every request has already", member.wire_name);
                self.diagnostics.error(&member.path, what);
            }
        }
        let output = match &operation.output {
            None => ir::Output::Unit,
            Some(shape) if self.is_shared_output(operation, shape) => {
                ir::Output::Shared(self.type_name(shape))
            }
            Some(shape) => {
                let name = own_output(&type_name);
                ir::Output::Own(self.structure(shape, name, String::new(), false))
            }
        };
        let mut errors: Vec<usize> =
            operation.errors.iter().filter_map(|name| self.error_index(name)).collect();
        errors.sort_unstable();
        errors.dedup();
        let repetition = self.repetition(operation, &errors);
        let references = operation.input.as_ref().and_then(|name| self.shapes.get(name.as_str()));
        let references = references.map_or(&[][..], |shape| &shape.members);
        let idempotency_token = references
            .iter()
            .zip(&input.members)
            .find(|((_, reference), _)| reference.idempotency_token)
            .map(|(_, member)| member.field.clone());
        let host_prefix = self.host_prefix(&path, operation, references, &input);
        ir::Operation {
            name: operation.name.clone(),
            path,
            module: self.operation_modules.claim(names::module(&operation.name), "_"),
            input,
            output,
            result_wrapper: operation.result_wrapper.clone(),
            error_kind: format!("{type_name}Error"),
            errors,
            paginator: None,
            filters: None,
            repetition,
            signed: !operation.unsigned,
            query,
            idempotency_token,
            host_prefix,
        }
    }

    /// The query of the request's URI; its path and method are the protocol's.
    fn request_query(&mut self, path: &str, operation: &model::Operation) -> String {
        let (uri, query) = operation.request_uri.split_once('?').unwrap_or((&operation.request_uri, ""));
        let is_uri = |c: char| c.is_ascii_graphic() && !"\"<>#\\^`{|}".contains(c);
        if !matches!((operation.http_method.as_str(), uri), ("POST" | "", "/" | ""))
            || !query.chars().all(is_uri)
        {
            let found = format!("{} {}", operation.http_method, operation.request_uri);
            self.diagnostics
                .error(path, format!("expected POST / as the Query protocol has it, found {found}"));
        }
        query.into()
    }

    /// Takes a host prefix apart: `{label}` is a member of the request that the model marks as such (REQ-27).
    fn host_prefix(
        &mut self,
        path: &str,
        operation: &model::Operation,
        references: &[(String, model::Reference)],
        input: &ir::Structure,
    ) -> Vec<ir::PrefixPart> {
        let mut parts = Vec::new();
        let mut rest = operation.host_prefix.as_deref().unwrap_or_default();
        while let Some((text, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            let label = references.iter().zip(&input.members).find(|((member, reference), member_)| {
                member == name
                    && reference.host_label
                    && member_.layout.type_ == Type::String
                    && !member_.layout.sensitive
            });
            parts.push(ir::PrefixPart::Text(text.into()));
            match label {
                Some((_, member)) => {
                    parts.push(ir::PrefixPart::Label { name: name.into(), field: member.field.clone() });
                }
                None => {
                    let what = format!(
                        "the host prefix wants the string {name:?} as a label, which the input has not"
                    );
                    self.diagnostics.error(path, what);
                }
            }
            rest = after;
        }
        parts.push(ir::PrefixPart::Text(rest.into()));
        parts.retain(|part| !matches!(part, ir::PrefixPart::Text(text) if text.is_empty()));
        parts
    }

    /// What becomes of a repeated call: what the model says, else what the operation's name does (PROTOCOL 7.4).
    fn repetition(&self, operation: &model::Operation, errors: &[usize]) -> ir::Repetition {
        const READING: [&str; 6] = ["Describe", "List", "Get", "Download", "Select", "Search"];
        const ENDING: [&str; 4] = ["Delete", "Remove", "Deregister", "Cancel"];
        let begins = |words: &[&str]| words.iter().any(|word| names::begins_with_word(&operation.name, word));
        if operation.read_only || begins(&READING) {
            return ir::Repetition::ReadOnly;
        }
        if operation.idempotent {
            return ir::Repetition::Idempotent;
        }
        let telling = if begins(&ENDING) { "NotFound" } else { "AlreadyExist" };
        let tells = |index: &&usize| self.error_names.get(**index).is_some_and(|name| name.contains(telling));
        ir::Repetition::Unknown(errors.iter().filter(tells).copied().collect())
    }

    fn error_index(&self, name: &str) -> Option<usize> {
        self.error_names.binary_search(&name).ok()
    }

    fn errors(&mut self) -> Vec<ir::ErrorShape> {
        let mut variants = Scope::default();
        let mut errors = Vec::new();
        for name in self.error_names.clone() {
            let Some(shape) = self.shapes.get(name).copied() else { continue };
            let traits = shape.error.as_ref();
            let message = shape.members.iter().find(|(name, _)| name.eq_ignore_ascii_case("message"));
            errors.push(ir::ErrorShape {
                path: self.path(name),
                name: name.into(),
                variant: variants.claim(names::type_name(name), ""),
                code: traits.and_then(|error| error.code.clone()).unwrap_or_else(|| name.into()),
                status: self.error_status(name, traits),
                details: self.types.get(name).map(|(type_name, _)| type_name.clone()),
                message: message.map(|(name, _)| name.clone()),
                retry: shape.retryable.map(|retryable| match retryable.throttling {
                    true => ir::Retry::Throttling,
                    false => ir::Retry::Transient,
                }),
                text: text_of(&shape.documentation),
                deprecated: shape.deprecated,
            });
        }
        errors
    }

    /// An error's status, by whose fault it is where the model does not say.
    fn error_status(&mut self, name: &str, error: Option<&model::ErrorTrait>) -> u16 {
        let by_fault = if error.is_some_and(|error| error.server) { 500 } else { 400 };
        let Some(found) = error.and_then(|error| error.status) else { return by_fault };
        let status = (100..1000).find(|status| f64::from(*status) == found);
        status.unwrap_or_else(|| {
            self.diagnostics.error(self.path(name), format!("expected an HTTP status, found {found}"));
            by_fault
        })
    }

    fn service(mut self, operations: Vec<ir::Operation>) -> ir::Service {
        let metadata = &self.model.metadata;
        let type_name = names::service_type(&metadata.service_id);
        let mut structures = Vec::new();
        let mut enums = Vec::new();
        for (name, (type_name, module)) in self.types.clone() {
            match self.shapes.get(name).filter(|shape| shape.enum_.is_some()) {
                Some(shape) => enums.push(self.enumeration(name, shape, type_name, module)),
                None => {
                    let settable = self.settable.contains(name);
                    structures.push(self.structure(name, type_name, module, settable));
                }
            }
        }
        ir::Service {
            id: self.id.into(),
            error_kind: format!("{type_name}Error"),
            type_name,
            sdk_id: metadata.service_id.clone(),
            api_version: metadata.api_version.clone(),
            signing_name: metadata.signing_name().to_owned(),
            endpoint_prefix: metadata.endpoint_prefix.clone(),
            xml_namespace: metadata.xml_namespace.clone().unwrap_or_default(),
            endpoints: self.model.endpoints.clone(),
            signature_version: metadata.signature_version,
            operations,
            structures,
            enums,
            errors: self.errors(),
            waiters: Vec::new(),
            text: text_of(&self.model.documentation),
        }
    }

    fn enumeration(&self, name: &str, shape: &model::Shape, type_name: String, module: String) -> ir::Enum {
        let mut values = enum_values(shape.enum_.as_deref().unwrap_or_default());
        for value in &mut values {
            value.text =
                shape.value_documentation.get(&value.value).and_then(|html| prose::to_markdown(html));
        }
        ir::Enum {
            path: self.path(name),
            type_name,
            module,
            values,
            text: text_of(&shape.documentation),
            deprecated: shape.deprecated,
        }
    }

    fn type_name(&self, shape: &str) -> String {
        self.types.get(shape).map_or_else(String::new, |(type_name, _)| type_name.clone())
    }

    fn structure(
        &mut self,
        name: &'a str,
        type_name: String,
        module: String,
        settable: bool,
    ) -> ir::Structure {
        let path = self.path(name);
        let Some(shape) = self.shapes.get(name).copied() else { return empty_structure(&path, type_name) };
        for key in &shape.unsupported {
            self.diagnostics.error(&path, format!("{key:?} cannot be carried by the Query protocol"));
        }
        if shape.union && shape.members.is_empty() {
            self.diagnostics.error(&path, "expected a union to have members, found none");
        }
        let mut fields = Scope::default();
        // No field may take the name of the setter that another one has to have.
        for hidden in names::HIDDEN_BY_SETTERS {
            fields.claim(format!("set_{hidden}"), "_");
        }
        let members = shape.members.iter().map(|(member, reference)| {
            let field = if shape.union { names::variant(member) } else { names::field(member) };
            let field = fields.claim(field, if shape.union { "" } else { "_" });
            self.member(name, &path, member, reference, field, shape.required.contains(member))
        });
        let members: Vec<_> = members.collect();
        self.check_wire_names(&members, settable);
        ir::Structure {
            path: path.clone(),
            type_name,
            module,
            union: shape.union,
            settable,
            members,
            text: text_of(&shape.documentation),
            deprecated: shape.deprecated,
        }
    }

    /// Checks that no two members have one name on the wire. XML tells attributes from elements, a form does not.
    fn check_wire_names(&mut self, members: &[ir::Member], settable: bool) {
        let mut names = BTreeMap::new();
        for member in members {
            let is_apart = member.attribute && !settable;
            if let Some(other) = names.insert((is_apart, &member.wire_name), &member.name) {
                let what = format!("has the wire name {:?} of ${other}", member.wire_name);
                self.diagnostics.error(&member.path, what);
            }
        }
    }

    fn member(
        &mut self,
        owner: &'a str,
        owner_path: &str,
        name: &str,
        reference: &'a model::Reference,
        field: String,
        required: bool,
    ) -> ir::Member {
        let path = format!("{owner_path}${name}");
        let target = self.shapes.get(reference.shape.as_str()).copied();
        let layout = self.layout(&path, owner, reference, 0);
        if reference.xml_attribute
            && matches!(layout.type_, Type::List { .. } | Type::Map { .. } | Type::Structure { .. })
        {
            self.diagnostics
                .error(&path, "expected an XML attribute to be one value, found a collection or structure");
        }
        let mut wire_name = reference.location_name.clone().unwrap_or_else(|| name.into());
        let mut empty_name = None;
        // A list shape that is flattened itself gives its element's name to the member (REQ-11, world 2).
        if let Some(element) = target
            .filter(|shape| shape.flattened && !reference.flattened)
            .and_then(|shape| shape.member.as_ref().and_then(|member| member.location_name.clone()))
        {
            empty_name = (wire_name != element).then(|| std::mem::replace(&mut wire_name, element));
        }
        ir::Member {
            path,
            name: name.into(),
            field,
            wire_name,
            layout,
            required,
            attribute: reference.xml_attribute,
            unsent: false,
            empty_name,
            text: text_of(&reference.documentation).or_else(|| self.text_of_untyped(&reference.shape)),
            deprecated: reference.deprecated || target.is_some_and(|shape| shape.deprecated),
        }
    }

    /// What the model says of a shape that has no type, where its words could stand.
    fn text_of_untyped(&self, shape: &str) -> Option<String> {
        let shape = self.shapes.get(shape).filter(|_| !self.types.contains_key(shape))?;
        text_of(&shape.documentation)
    }

    /// The type behind a reference. Lists of lists nest; 16 levels are more than any model has, and less than a stack.
    fn layout(
        &mut self,
        path: &str,
        owner: &'a str,
        reference: &'a model::Reference,
        level: usize,
    ) -> Layout {
        let Some(shape) = self.shapes.get(reference.shape.as_str()).copied() else {
            return Layout { type_: Type::String, sensitive: false, min: None, max: None };
        };
        if level > 16 {
            self.diagnostics.error(path, "expected at most 16 lists or maps inside each other, found more");
            return Layout { type_: Type::String, sensitive: false, min: None, max: None };
        }
        let flattened = reference.flattened || shape.flattened;
        if flattened && level > 0 {
            self.diagnostics
                .error(path, "expected \"flattened\" on a member only, found it inside a collection");
        }
        Layout {
            type_: self.type_of(path, owner, reference, shape, flattened, level),
            sensitive: reference.sensitive || shape.sensitive,
            min: reference.min.or(shape.min),
            max: reference.max.or(shape.max),
        }
    }

    fn type_of(
        &mut self,
        path: &str,
        owner: &'a str,
        reference: &'a model::Reference,
        shape: &'a model::Shape,
        flattened: bool,
        level: usize,
    ) -> Type {
        match shape.type_.as_str() {
            "string" | "character" if shape.enum_.is_some() => Type::Enum(self.type_name(&reference.shape)),
            "string" | "character" => Type::String,
            "boolean" => Type::Boolean,
            "byte" | "short" | "integer" => Type::Integer,
            "long" => Type::Long,
            "float" => Type::Float,
            "double" => Type::Double,
            "blob" => Type::Blob,
            "timestamp" => {
                let format = reference.timestamp_format.as_ref().or(shape.timestamp_format.as_ref());
                Type::Timestamp(self.timestamp_format(path, format.map(String::as_str)))
            }
            "structure" => Type::Structure {
                name: self.type_name(&reference.shape),
                boxed: level == 0 && self.holds_itself(owner, &reference.shape),
            },
            "list" | "set" => {
                let Some(member) = &shape.member else { return self.without(path, "member") };
                Type::List {
                    of: Box::new(self.layout(path, owner, member, level + 1)),
                    element: member.location_name.clone().unwrap_or_else(|| "member".into()),
                    flattened,
                }
            }
            "map" => self.map(path, owner, shape, flattened, level),
            other => {
                self.diagnostics
                    .error(path, format!("the type {other:?} cannot be carried by the Query protocol"));
                Type::String
            }
        }
    }

    fn map(
        &mut self,
        path: &str,
        owner: &'a str,
        shape: &'a model::Shape,
        flattened: bool,
        level: usize,
    ) -> Type {
        let (Some(key), Some(value)) = (&shape.key, &shape.value) else {
            return self.without(path, "key and value");
        };
        let key_layout = self.layout(path, owner, key, level + 1);
        if key_layout.sensitive {
            self.diagnostics.error(path, "expected a map whose keys may be shown, found sensitive ones");
        }
        let key_type = key_layout.type_;
        let key_enum = match key_type {
            Type::Enum(name) => Some(name),
            Type::String => None,
            _ => {
                self.diagnostics.error(path, "expected a map with strings as keys, found another type");
                None
            }
        };
        Type::Map {
            key_enum,
            key: key.location_name.clone().unwrap_or_else(|| "key".into()),
            value: value.location_name.clone().unwrap_or_else(|| "value".into()),
            of: Box::new(self.layout(path, owner, value, level + 1)),
            flattened,
        }
    }

    fn without(&mut self, path: &str, part: &str) -> Type {
        self.diagnostics.error(path, format!("refers to a collection without {part}"));
        Type::String
    }

    fn timestamp_format(&mut self, path: &str, format: Option<&str>) -> TimestampFormat {
        match format {
            None | Some("iso8601") => TimestampFormat::DateTime,
            Some("unixTimestamp") => TimestampFormat::EpochSeconds,
            Some("rfc822") => TimestampFormat::HttpDate,
            Some(other) => {
                self.diagnostics.error(path, format!("the timestamp format {other:?} is not known"));
                TimestampFormat::DateTime
            }
        }
    }

    /// Whether `owner` can be reached from `target` without passing a list or map, which would break the cycle.
    fn holds_itself(&self, owner: &str, target: &'a str) -> bool {
        let mut seen = BTreeSet::new();
        let mut pending = vec![target];
        while let Some(name) = pending.pop() {
            if name == owner {
                return true;
            }
            let Some(shape) = self.shapes.get(name).filter(|shape| shape.type_ == "structure") else {
                continue;
            };
            if seen.insert(name) {
                pending.extend(shape.members.iter().map(|(_, reference)| reference.shape.as_str()));
            }
        }
        false
    }
}

/// The names of all errors, those that operations list and those that nobody does.
fn error_names(model: &model::Model) -> Vec<&str> {
    let exceptions = model.shapes.iter().filter(|(_, shape)| shape.exception);
    let mut names: Vec<_> = exceptions.map(|(name, _)| name.as_str()).collect();
    let listed = model.operations.iter().flat_map(|operation| &operation.errors);
    names.extend(listed.map(String::as_str));
    names.sort_unstable();
    names.dedup();
    names
}

impl model::Shape {
    fn references(&self) -> impl Iterator<Item = &model::Reference> {
        let members = self.members.iter().map(|(_, reference)| reference);
        members.chain(&self.member).chain(&self.key).chain(&self.value)
    }
}

fn text_of(html: &Option<String>) -> Option<String> {
    html.as_deref().and_then(prose::to_markdown)
}

fn own_output(operation: &str) -> String {
    format!("{operation}Output")
}

fn empty_structure(path: &str, type_name: String) -> ir::Structure {
    ir::Structure {
        path: path.into(),
        type_name,
        module: String::new(),
        union: false,
        settable: true,
        members: Vec::new(),
        text: None,
        deprecated: false,
    }
}

pub(crate) fn enum_values(values: &[String]) -> Vec<ir::EnumValue> {
    let mut variants = Scope::default();
    variants.claim("Unknown".into(), "");
    let mut seen = BTreeSet::new();
    values
        .iter()
        .filter(|value| seen.insert(value.as_str()))
        .map(|value| ir::EnumValue {
            value: value.clone(),
            variant: variants.claim(names::variant(value), ""),
            text: None,
        })
        .collect()
}

/// Checks that no two types of a module have one name: those that the generator makes up may meet the model's.
pub(crate) fn check_names(service: &ir::Service, diagnostics: &mut Diagnostics) {
    let mut owners = BTreeMap::new();
    for operation in &service.operations {
        for name in operation.type_names() {
            if let Some(other) = owners.insert(name, &operation.path) {
                diagnostics.error(&operation.path, format!("the type name {name} is taken by {other}"));
            }
        }
    }
}

impl model::Model {
    /// The IR paths of everything that the model has.
    pub(crate) fn paths(&self, id: &str) -> BTreeSet<String> {
        let operations = self.operations.iter().map(|operation| format!("{id}#{}", operation.key));
        let shapes = self.shapes.iter().flat_map(|(name, shape)| {
            let shape_path = format!("{id}#{name}");
            let members = shape.members.iter().map(|(member, _)| format!("{shape_path}${member}"));
            let values = shape.enum_.iter().flatten().map(|value| format!("{shape_path}${value}"));
            members.chain(values).chain([shape_path.clone()]).collect::<Vec<_>>()
        });
        let waiters = self.waiters.iter().map(|waiter| format!("{id}#{}", waiter.name));
        operations.chain(shapes).chain(waiters).collect()
    }
}
