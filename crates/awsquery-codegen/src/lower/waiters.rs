//! Waiters: the conversion of definitions in a model or an overlay to tests of a response.

use super::{Lowering, Types};
use crate::ir::{self, AcceptorState, Case, Matcher, Path, Type, WaitLimit};
use crate::jmespath::{self, Query};
use crate::model::{Acceptor, Expected, Waiter};
use crate::{Diagnostics, names};

impl Lowering<'_> {
    /// The waiters of these operations.
    pub(super) fn waiters(&mut self, types: &Types, operations: &[ir::Operation]) -> Vec<ir::Waiter> {
        let mut waiters: Vec<ir::Waiter> = Vec::new();
        for definition in &self.model.waiters {
            let of_key = |operation: &&ir::Operation| operation.key() == definition.operation;
            let Some(operation) = operations.iter().find(of_key) else { continue };
            let place = definition.place(self.id);
            let output = types.output(&operation.output);
            let path = self.path(&definition.name);
            let waiter =
                Rules { types, output, place: &place }.waiter(definition, path, operation, self.diagnostics);
            if waiters.iter().any(|other| other.type_name == waiter.type_name) {
                let what = format!("the waiter's type name {} is taken", waiter.type_name);
                self.diagnostics.error(place, what);
            }
            waiters.push(waiter);
        }
        waiters.sort_by(|a, b| a.type_name.cmp(&b.type_name));
        waiters
    }
}

/// Resolves a waiter's rules.
struct Rules<'a> {
    types: &'a Types,
    /// The structure of the output, if there is one.
    output: Option<&'a ir::Structure>,
    /// The place that errors name.
    place: &'a str,
}

impl Rules<'_> {
    fn waiter(
        &self,
        definition: &Waiter,
        path: String,
        operation: &ir::Operation,
        diagnostics: &mut Diagnostics,
    ) -> ir::Waiter {
        let acceptors = definition.acceptors.iter().enumerate().filter_map(|(index, acceptor)| {
            let complain = |message| diagnostics.error(format!("{} acceptors[{index}]", self.place), message);
            self.acceptor(acceptor).map_err(complain).ok()
        });
        let acceptors = acceptors.collect();
        ir::Waiter {
            path,
            name: definition.name.clone(),
            type_name: names::type_name(&definition.name),
            module: names::module(&definition.name),
            operation: operation.name.clone(),
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
        jmespath::compile(argument, self.types, output)
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
