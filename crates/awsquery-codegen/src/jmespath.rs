//! Paths to members, which are JMESPath in paginators and waiters: an expression becomes a way through the model's types.
//!
//! Compiles the part of JMESPath that models of Query services use: fields, `[]`, `[-1]`, `.*` of maps, and `length(…)`
//! compared with a number. Anything else is an error, never a guess.

use jmespath::ast::{Ast, Comparator};

use crate::ir::{self, Comparison, Layout, Path, PathStep, Type};
use crate::lower::Types;

/// More than any model's expression, and less than it takes to exhaust a parser's stack.
const LENGTH_LIMIT: usize = 512;

/// A compiled expression.
pub(crate) enum Query {
    /// At most one value.
    Value(Path),
    /// Any number of values, from a projection or a list.
    Values(Path),
    /// A comparison of the number of values.
    Count(Path, Comparison, u64),
}

/// Compiles an expression on an operation's output, whose values are compared.
pub(crate) fn compile(expression: &str, types: &Types, output: &ir::Structure) -> Result<Query, String> {
    let ast = parse(expression)?;
    let mut walk = Walk::new(expression, types, output);
    if let Ast::Comparison { comparator, lhs, rhs, .. } = &ast {
        return walk.count(comparator, lhs, rhs);
    }
    walk.follow(&ast)?;
    if let (Type::List { .. }, false) = (&walk.layout()?.type_, walk.many) {
        walk.flatten()?;
    }
    let many = walk.many;
    let path = walk.path(expression)?;
    Ok(if many { Query::Values(path) } else { Query::Value(path) })
}

/// Follows an expression to at most one value; gives the way, and what the value is.
pub(crate) fn follow<'t>(
    expression: &str,
    types: &'t Types,
    root: &'t ir::Structure,
) -> Result<(Vec<PathStep>, &'t Layout), String> {
    let mut walk = Walk::new(expression, types, root);
    walk.follow(&parse(expression)?)?;
    match (walk.layout()?, walk.many) {
        (layout, false) => Ok((walk.steps, layout)),
        (_, true) => walk.unsupported("expected a path to one value, found one to many"),
    }
}

fn parse(expression: &str) -> Result<Ast, String> {
    if expression.len() > LENGTH_LIMIT {
        return Err(format!("expected a JMESPath of at most {LENGTH_LIMIT} bytes, found more"));
    }
    jmespath::parse(expression)
        .map_err(|error| format!("expected JMESPath, found {expression:?}: {}", error.reason))
}

/// A way, as far as it has been walked.
struct Walk<'t, 'e> {
    expression: &'e str,
    types: &'t Types,
    root: &'t ir::Structure,
    steps: Vec<PathStep>,
    /// The layout of the values; none at the root.
    at: Option<&'t Layout>,
    /// Whether there may be many values.
    many: bool,
}

impl<'t, 'e> Walk<'t, 'e> {
    fn new(expression: &'e str, types: &'t Types, root: &'t ir::Structure) -> Self {
        Self { expression, types, root, steps: Vec::new(), at: None, many: false }
    }

    fn unsupported<T>(&self, what: &str) -> Result<T, String> {
        Err(format!("the JMESPath {:?} cannot be compiled: {what}", self.expression))
    }

    fn layout(&self) -> Result<&'t Layout, String> {
        self.at.ok_or_else(|| "expected a path, found the output itself".into())
    }

    /// The layout of values that something is taken out of.
    fn open(&self) -> Result<&'t Layout, String> {
        let layout = self.layout()?;
        if layout.sensitive { self.unsupported("it leads through what is sensitive") } else { Ok(layout) }
    }

    fn step(&mut self, step: PathStep, to: &'t Layout) {
        self.steps.push(step);
        self.at = Some(to);
    }

    fn path(self, text: &str) -> Result<Path, String> {
        let layout = self.layout()?;
        if layout.sensitive {
            return Err(format!("expected values that may be compared, found sensitive ones at {text:?}"));
        }
        Ok(Path { text: text.into(), steps: self.steps, type_: layout.type_.clone() })
    }

    fn follow(&mut self, ast: &Ast) -> Result<(), String> {
        match ast {
            Ast::Identity { .. } => Ok(()),
            Ast::Field { name, .. } => self.field(name),
            Ast::Subexpr { lhs, rhs, .. } => {
                self.follow(lhs)?;
                if self.many {
                    return self.unsupported("a pipe or parentheses behind a projection");
                }
                self.follow_inside(rhs)
            }
            Ast::Projection { lhs, rhs, .. } => {
                self.follow(lhs)?;
                if !self.many {
                    return self.unsupported("a projection of something that is neither [] nor .*");
                }
                self.follow_inside(rhs)
            }
            Ast::Flatten { node, .. } => {
                self.follow(node)?;
                self.flatten()
            }
            Ast::ObjectValues { node, .. } => {
                self.follow(node)?;
                match (&self.open()?.type_, self.many) {
                    (Type::Map { of, .. }, false) => {
                        self.step(PathStep::Values, of);
                        self.many = true;
                        Ok(())
                    }
                    _ => self.unsupported(".* of something that is no map"),
                }
            }
            _ => self.unsupported("only fields, [], [-1], .* and a compared length() are"),
        }
    }

    /// What is asked of each value. A projection in here would give lists of lists, which is another thing.
    fn follow_inside(&mut self, ast: &Ast) -> Result<(), String> {
        match ast {
            Ast::Identity { .. } => Ok(()),
            Ast::Field { name, .. } => self.field(name),
            Ast::Index { idx: -1, .. } => self.last(),
            Ast::Subexpr { lhs, rhs, .. } => {
                self.follow_inside(lhs)?;
                self.follow_inside(rhs)
            }
            _ => self.unsupported("behind a dot or a projection, only fields and [-1] are"),
        }
    }

    fn field(&mut self, name: &str) -> Result<(), String> {
        let structure = match self.at {
            None => Some(self.root),
            Some(_) => match &self.open()?.type_ {
                Type::Structure { name, .. } => self.types.structure(name),
                _ => None,
            },
        };
        let members = structure.filter(|it| !it.union).map_or(&[][..], |structure| &structure.members);
        match members.iter().find(|member| member.name == name) {
            Some(member) => self.step(PathStep::Field(member.field.clone()), &member.layout),
            None => return self.unsupported(&format!("there is no member {name:?}")),
        }
        Ok(())
    }

    /// `[-1]`: the last element of a list.
    fn last(&mut self) -> Result<(), String> {
        match &self.open()?.type_ {
            Type::List { of, .. } => self.step(PathStep::Last, of),
            _ => return self.unsupported("[-1] of something that is no list"),
        }
        Ok(())
    }

    /// `[]`: the elements of a list, and of the lists among them. What is no list stays as it is.
    fn flatten(&mut self) -> Result<(), String> {
        let levels = if self.many { 1 } else { 2 };
        for _ in 0..levels {
            match &self.layout()?.type_ {
                Type::List { of, .. } => {
                    self.open()?;
                    self.step(PathStep::Elements, of);
                    self.many = true;
                }
                _ if self.many => {}
                _ => return self.unsupported("[] of something that is no list"),
            }
        }
        Ok(())
    }

    /// `length(path) == 0`. A list that is absent counts as empty (WAI-2).
    fn count(mut self, comparator: &Comparator, lhs: &Ast, rhs: &Ast) -> Result<Query, String> {
        let (Ast::Function { name, args, .. }, Ast::Literal { value, .. }) = (lhs, rhs) else {
            return self.unsupported("expected length(…) on the left and a number on the right");
        };
        let number = value.as_number().filter(|number| number.fract() == 0.0 && (0.0..1e9).contains(number));
        let (Some(number), "length", [argument]) = (number, name.as_str(), args.as_slice()) else {
            return self.unsupported("expected length(…) on the left and a number on the right");
        };
        self.follow(argument)?;
        match (&self.layout()?.type_, self.many) {
            (Type::List { .. } | Type::Map { .. }, true) => {
                return self.unsupported("the length of many lists");
            }
            (Type::Map { .. }, false) => self.steps.push(PathStep::Values),
            // The length of a list counts its elements, and does not look into them.
            (Type::List { .. }, false) => self.steps.push(PathStep::Elements),
            (_, true) => {}
            (_, false) => return self.unsupported("the length of something that is neither list nor map"),
        }
        let text = self.expression.trim_start_matches("length(");
        let text = text.rsplit_once(')').map_or(text, |(text, _)| text);
        Ok(Query::Count(self.path(text)?, comparison(comparator), number as u64))
    }
}

fn comparison(comparator: &Comparator) -> Comparison {
    match comparator {
        Comparator::Equal => Comparison::Equal,
        Comparator::NotEqual => Comparison::NotEqual,
        Comparator::LessThan => Comparison::Less,
        Comparator::LessThanEqual => Comparison::LessOrEqual,
        Comparator::GreaterThan => Comparison::Greater,
        Comparator::GreaterThanEqual => Comparison::GreaterOrEqual,
    }
}
