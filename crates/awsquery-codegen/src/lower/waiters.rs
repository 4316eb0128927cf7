//! Waiters: the conversion of definitions in a model or an overlay to tests of a response.

use crate::ir::{self, AcceptorState, Case, Comparison, Matcher, Path, Type, WaitLimit};
use crate::jmespath::{self, Query};
use crate::model::{Acceptor, Expected};
use crate::{Diagnostics, model, names};

/// Adds the model's waiters whose operations are emitted.
pub(super) fn waiters(model: &model::Model, service: &mut ir::Service, diagnostics: &mut Diagnostics) {
    for definition in &model.waiters {
        if !model.operations.iter().any(|operation| operation.key == definition.operation) {
            let path = format!("{}#{} waiter", service.id, definition.name);
            let what = format!("is of {:?}, which is no operation of the model", definition.operation);
            diagnostics.error(path, what);
        }
        let path = format!("{}#{}", service.id, definition.name);
        let Some(operation) = service.operation(&definition.operation) else { continue };
        let compiler = Compiler { service, operation, output: service.output_of(operation), path: &path };
        let waiter = compiler.waiter(definition, diagnostics);
        if service.waiters.iter().any(|other| other.type_name == waiter.type_name) {
            diagnostics.error(&path, format!("the waiter's type name {} is taken", waiter.type_name));
        }
        service.waiters.push(waiter);
    }
    service.waiters.sort_by(|a, b| a.type_name.cmp(&b.type_name));
}

struct Compiler<'a> {
    service: &'a ir::Service,
    operation: &'a ir::Operation,
    /// The operation's output, if any.
    output: Option<&'a ir::Structure>,
    path: &'a str,
}

impl Compiler<'_> {
    fn waiter(&self, definition: &model::Waiter, diagnostics: &mut Diagnostics) -> ir::Waiter {
        let acceptors = definition.acceptors.iter().enumerate().filter_map(|(index, acceptor)| {
            let complain = |message| diagnostics.error(format!("{} acceptors[{index}]", self.path), message);
            self.acceptor(acceptor).map_err(complain).ok()
        });
        let acceptors = acceptors.collect();
        ir::Waiter {
            path: self.path.into(),
            name: definition.name.clone(),
            type_name: names::type_name(&definition.name),
            module: names::module(&definition.name),
            operation: self.operation.name.clone(),
            min_delay: definition.min_delay,
            max_delay: definition.max_delay,
            limit: definition.max_wait.map_or(WaitLimit::Calls(definition.max_calls), WaitLimit::Seconds),
            acceptors,
            text: definition.docs.as_ref().map(|docs| docs.trim().to_owned()),
        }
    }

    fn acceptor(&self, acceptor: &Acceptor) -> Result<ir::Acceptor, String> {
        let state = match acceptor.state.as_str() {
            "success" => AcceptorState::Success,
            "failure" => AcceptorState::Failure,
            "retry" => AcceptorState::Retry,
            other => return Err(format!("expected the state success, failure or retry, found {other:?}")),
        };
        let matcher = self.matcher(acceptor)?;
        let message = acceptor.message.as_ref().map(|message| self.message(message));
        Ok(ir::Acceptor {
            state,
            rule: rule(&matcher),
            matcher,
            message: message.transpose()?,
            grace: acceptor.grace,
        })
    }

    fn matcher(&self, acceptor: &Acceptor) -> Result<Matcher, String> {
        let argument = || acceptor.argument.as_deref().ok_or("expected an argument, found none");
        match (acceptor.matcher.as_str(), &acceptor.expected) {
            ("status", Expected::Integer(status)) => match u16::try_from(*status) {
                Ok(status) => Ok(Matcher::Status(status)),
                Err(_) => Err(format!("expected an HTTP status, found {status}")),
            },
            ("error", Expected::Text(name)) => Ok(Matcher::Error(name.clone())),
            ("error", Expected::Boolean(true)) => Ok(Matcher::AnyError),
            ("error", Expected::Boolean(false)) => Ok(Matcher::NoError),
            ("path", _) => self.single(argument()?, acceptor),
            (all @ ("pathAll" | "pathAny"), _) => {
                let path = self.values(argument()?)?;
                let expected = expected(&path, acceptor)?;
                Ok(if all == "pathAll" { Matcher::All(path, expected) } else { Matcher::Any(path, expected) })
            }
            (other, expected) => Err(format!("the matcher {other:?} with {expected:?} is not known")),
        }
    }

    /// Returns a test of one value, or of a count.
    fn single(&self, argument: &str, acceptor: &Acceptor) -> Result<Matcher, String> {
        match (self.compile(argument)?, &acceptor.expected) {
            (Query::Count(path, comparison, number), Expected::Boolean(true)) => {
                Ok(Matcher::Count(path, comparison, number))
            }
            (Query::Count(path, comparison, number), Expected::Boolean(false)) => {
                Ok(Matcher::Count(path, comparison.negated(), number))
            }
            (Query::Value(path), _) => {
                let expected = expected(&path, acceptor)?;
                Ok(Matcher::Is(path, expected))
            }
            _ => Err(format!("expected one value to compare, found {argument:?}")),
        }
    }

    /// Returns the path to the values of a list.
    fn values(&self, argument: &str) -> Result<Path, String> {
        match self.compile(argument)? {
            Query::Values(path) => Ok(path),
            _ => Err(format!("expected the values of a list, found {argument:?}")),
        }
    }

    fn message(&self, argument: &str) -> Result<Path, String> {
        match self.compile(argument)? {
            Query::Value(path) | Query::Values(path) if path.type_.is_text() => Ok(path),
            _ => Err(format!("expected a path to texts, found {argument:?}")),
        }
    }

    fn compile(&self, argument: &str) -> Result<Query, String> {
        let output = self.output.ok_or("expected an operation with an output")?;
        jmespath::compile(argument, self.service, output)
    }
}

/// Returns the value with which the values of a path are compared.
fn expected(path: &Path, acceptor: &Acceptor) -> Result<ir::Expected, String> {
    match (&path.type_, &acceptor.expected) {
        (type_, Expected::Text(text)) if type_.is_text() => {
            let case = if acceptor.ignore_case { Case::Insensitive } else { Case::Sensitive };
            Ok(ir::Expected::Text(text.clone(), case))
        }
        (Type::Boolean, Expected::Boolean(value)) => Ok(ir::Expected::Boolean(*value)),
        (Type::Integer | Type::Long, Expected::Integer(value)) => Ok(ir::Expected::Integer(*value)),
        (type_, expected) => {
            Err(format!("expected what compares with {expected:?}, found {:?} as {type_:?}", path.text))
        }
    }
}

/// Describes the rule in words.
fn rule(matcher: &Matcher) -> String {
    let is = |path: &Path, expected: &ir::Expected| match expected {
        ir::Expected::Text(text, _) => format!("{} is {text:?}", path.text),
        ir::Expected::Boolean(value) => format!("{} is {value}", path.text),
        ir::Expected::Integer(value) => format!("{} is {value}", path.text),
    };
    match matcher {
        Matcher::All(path, expected) => format!("every {}", is(path, expected)),
        Matcher::Any(path, expected) => format!("some {}", is(path, expected)),
        Matcher::Is(path, expected) => is(path, expected),
        Matcher::Count(path, comparison, number) => {
            format!("length({}) {} {number}", path.text, comparison.symbol())
        }
        Matcher::Status(status) => format!("status {status}"),
        Matcher::Error(name) => format!("error {name}"),
        Matcher::AnyError => "any error".into(),
        Matcher::NoError => "any output".into(),
    }
}

impl Matcher {
    /// Returns true if the comparison ignores the case of ASCII letters.
    pub(crate) fn ignores_case(&self) -> bool {
        match self {
            Self::All(_, expected) | Self::Any(_, expected) | Self::Is(_, expected) => {
                matches!(expected, ir::Expected::Text(_, Case::Insensitive))
            }
            _ => false,
        }
    }
}

impl Comparison {
    fn negated(self) -> Self {
        match self {
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
            Self::Less => Self::GreaterOrEqual,
            Self::LessOrEqual => Self::Greater,
            Self::Greater => Self::LessOrEqual,
            Self::GreaterOrEqual => Self::Less,
        }
    }

    /// Returns the symbol in Rust and JMESPath.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

impl Type {
    fn is_text(&self) -> bool {
        matches!(self, Self::String | Self::Enum(_))
    }
}
