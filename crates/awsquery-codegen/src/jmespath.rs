//! Compilation of the JMESPath of waiters and paginators to a path through the model's types.
//!
//! Waiters of Query services may use fields, `[]`, `.*` of maps, and `length(…)` compared with a number. Paginators may
//! use fields and `[-1]`. Anything else is an error.

use jmespath::ast::{Ast, Comparator};

use crate::ir::{self, Comparison, Layout, Path, PathStep, Type};

/// Longer than any waiter's expression, and too short to exhaust a parser's stack.
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

/// Compiles an expression on an operation's output.
pub(crate) fn compile(
    expression: &str,
    service: &ir::Service,
    output: &ir::Structure,
) -> Result<Query, String> {
    let ast = parse(expression)?;
    let compiler = Compiler { expression, service };
    if let Ast::Comparison { comparator, lhs, rhs, .. } = &ast {
        return compiler.count(output, comparator, lhs, rhs);
    }
    let mut walk = Walk::from(output);
    compiler.walk(&ast, &mut walk)?;
    if let (Type::List { .. }, false) = (&walk.layout()?.type_, walk.many) {
        compiler.flatten(&mut walk)?;
    }
    let many = walk.many;
    let path = walk.path(expression)?;
    Ok(if many { Query::Values(path) } else { Query::Value(path) })
}

/// A path of members only.
pub(crate) struct Members<'a> {
    /// The path to the list in `Jobs[-1].JobId`, whose last element contains the other fields. Empty without `[-1]`.
    pub(crate) last_of: Vec<String>,
    /// The fields.
    pub(crate) fields: Vec<String>,
    /// The layout of the last field.
    pub(crate) layout: &'a Layout,
}

/// Compiles a path of members from a structure.
pub(crate) fn members<'a>(
    expression: &str,
    service: &'a ir::Service,
    root: &'a ir::Structure,
) -> Result<Members<'a>, String> {
    let mut walk = Walk::from(root);
    let last_of = Compiler { expression, service }.members(&parse(expression)?, &mut walk)?;
    let layout = walk.layout()?;
    Ok(Members { last_of, fields: fields(walk.steps), layout })
}

fn parse(expression: &str) -> Result<jmespath::ast::Ast, String> {
    if expression.len() > LENGTH_LIMIT {
        return Err(format!("expected a JMESPath of at most {LENGTH_LIMIT} bytes, found more"));
    }
    jmespath::parse(expression)
        .map_err(|error| format!("expected JMESPath, found {expression:?}: {}", error.reason))
}

fn fields(steps: Vec<PathStep>) -> Vec<String> {
    let field = |step| match step {
        PathStep::Field(field) => Some(field),
        PathStep::Elements | PathStep::Values => None,
    };
    steps.into_iter().filter_map(field).collect()
}

struct Compiler<'e, 'a> {
    expression: &'e str,
    service: &'a ir::Service,
}

/// The state of a walk through the types.
struct Walk<'a> {
    steps: Vec<PathStep>,
    at: At<'a>,
    /// True if there may be more than one value.
    many: bool,
}

#[derive(Clone, Copy)]
enum At<'a> {
    Structure(&'a ir::Structure),
    Value(&'a Layout),
}

impl<'a> From<&'a ir::Structure> for Walk<'a> {
    fn from(root: &'a ir::Structure) -> Self {
        Self { steps: Vec::new(), at: At::Structure(root), many: false }
    }
}

impl<'a> Walk<'a> {
    fn layout(&self) -> Result<&'a Layout, String> {
        match self.at {
            At::Value(layout) => Ok(layout),
            At::Structure(_) => Err("expected a path, found the output itself".into()),
        }
    }

    fn path(self, text: &str) -> Result<Path, String> {
        let layout = self.layout()?;
        if layout.sensitive {
            return Err(format!("expected values that may be compared, found sensitive ones at {text:?}"));
        }
        Ok(Path { text: text.into(), steps: self.steps, type_: layout.type_.clone() })
    }
}

impl<'a> Compiler<'_, 'a> {
    fn unsupported<T>(&self, what: &str) -> Result<T, String> {
        Err(format!("the JMESPath {:?} cannot be compiled: {what}", self.expression))
    }

    fn walk(&self, ast: &Ast, walk: &mut Walk<'a>) -> Result<(), String> {
        match ast {
            Ast::Identity { .. } => Ok(()),
            Ast::Field { name, .. } => self.field(name, walk),
            Ast::Subexpr { lhs, rhs, .. } => {
                self.walk(lhs, walk)?;
                if walk.many {
                    return self.unsupported("a pipe or parentheses behind a projection");
                }
                self.walk_inside(rhs, walk)
            }
            Ast::Projection { lhs, rhs, .. } => {
                self.walk(lhs, walk)?;
                if !walk.many {
                    return self.unsupported("a projection of something that is neither [] nor .*");
                }
                self.walk_inside(rhs, walk)
            }
            Ast::Flatten { node, .. } => {
                self.walk(node, walk)?;
                self.flatten(walk)
            }
            Ast::ObjectValues { node, .. } => {
                self.walk(node, walk)?;
                match (&walk.layout()?.type_, walk.many) {
                    (Type::Map { of, .. }, false) => {
                        walk.steps.push(PathStep::Values);
                        walk.at = At::Value(of);
                        walk.many = true;
                        Ok(())
                    }
                    _ => self.unsupported(".* of something that is no map"),
                }
            }
            _ => self.unsupported("only fields, [], .* and a compared length() are"),
        }
    }

    /// Walks the part that applies to each value. A projection inside would give lists of lists, which is not
    /// supported.
    fn walk_inside(&self, ast: &Ast, walk: &mut Walk<'a>) -> Result<(), String> {
        match ast {
            Ast::Identity { .. } => Ok(()),
            Ast::Field { name, .. } => self.field(name, walk),
            Ast::Subexpr { lhs, rhs, .. } => {
                self.walk_inside(lhs, walk)?;
                self.walk_inside(rhs, walk)
            }
            _ => self.unsupported("behind a dot or a projection, only fields are"),
        }
    }

    fn field(&self, name: &str, walk: &mut Walk<'a>) -> Result<(), String> {
        let structure = match walk.at {
            At::Structure(root) => Some(root),
            At::Value(Layout { type_: Type::Structure { name, .. }, sensitive: false, .. }) => {
                self.service.structure(name)
            }
            At::Value(Layout { sensitive: true, .. }) => {
                return self.unsupported("it leads through what is sensitive");
            }
            At::Value(_) => None,
        };
        let structure = structure.filter(|structure| !structure.union);
        let Some(member) =
            structure.and_then(|structure| structure.members.iter().find(|member| member.name == name))
        else {
            return self.unsupported(&format!("there is no member {name:?}"));
        };
        walk.steps.push(PathStep::Field(member.field.clone()));
        walk.at = At::Value(&member.layout);
        Ok(())
    }

    /// Walks members and at most one `[-1]`. Returns the path to the list of `[-1]`, which is not part of the steps.
    fn members(&self, ast: &Ast, walk: &mut Walk<'a>) -> Result<Vec<String>, String> {
        match ast {
            Ast::Field { name, .. } => self.field(name, walk).map(|()| Vec::new()),
            Ast::Subexpr { lhs, rhs, .. } => {
                let before = self.members(lhs, walk)?;
                let behind = self.members(rhs, walk)?;
                match (before.is_empty(), behind.is_empty()) {
                    (_, true) => Ok(before),
                    (true, false) => Ok(behind),
                    (false, false) => self.unsupported("there is more than one [-1]"),
                }
            }
            Ast::Index { idx: -1, .. } => {
                let Layout { type_: Type::List { of, .. }, sensitive: false, .. } = walk.layout()? else {
                    return self.unsupported("[-1] of something that is no list, or a sensitive one");
                };
                walk.at = At::Value(of);
                Ok(fields(std::mem::take(&mut walk.steps)))
            }
            _ => self.unsupported("only members and [-1] are"),
        }
    }

    /// Walks `[]`: the elements of a list, and of lists inside it. Elements that are not lists stay unchanged.
    fn flatten(&self, walk: &mut Walk<'a>) -> Result<(), String> {
        let levels = if walk.many { 1 } else { 2 };
        for level in 0..levels {
            match walk.layout()? {
                Layout { type_: Type::List { of, .. }, sensitive: false, .. } => {
                    walk.steps.push(PathStep::Elements);
                    walk.at = At::Value(of);
                    walk.many = true;
                }
                _ if walk.many || level > 0 => {}
                _ => return self.unsupported("[] of something that is no list"),
            }
        }
        Ok(())
    }

    /// Compiles `length(path) == 0`. An absent list counts as empty (WAI-2).
    fn count(
        &self,
        output: &'a ir::Structure,
        comparator: &Comparator,
        lhs: &Ast,
        rhs: &Ast,
    ) -> Result<Query, String> {
        let (Ast::Function { name, args, .. }, Ast::Literal { value, .. }) = (lhs, rhs) else {
            return self.unsupported("expected length(…) on the left and a number on the right");
        };
        let number = value.as_number().filter(|number| number.fract() == 0.0 && (0.0..1e9).contains(number));
        let (Some(number), "length", [argument]) = (number, name.as_str(), args.as_slice()) else {
            return self.unsupported("expected length(…) on the left and a number on the right");
        };
        let mut walk = Walk::from(output);
        self.walk(argument, &mut walk)?;
        match (&walk.layout()?.type_, walk.many) {
            (Type::List { .. } | Type::Map { .. }, true) => {
                return self.unsupported("the length of many lists");
            }
            (Type::Map { .. }, false) => walk.steps.push(PathStep::Values),
            // The length of a list counts its elements without flattening them.
            (Type::List { .. }, false) => walk.steps.push(PathStep::Elements),
            (_, true) => {}
            (_, false) => return self.unsupported("the length of something that is neither list nor map"),
        }
        let text = self.expression.trim_start_matches("length(");
        let text = text.rsplit_once(')').map_or(text, |(text, _)| text);
        Ok(Query::Count(walk.path(text)?, comparison(comparator), number as u64))
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
