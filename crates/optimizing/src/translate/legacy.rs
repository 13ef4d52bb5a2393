//! What the older `try` blocks of a body catch, which they say only after what they protect.
//!
//! A call has to name its handlers when it is translated, and the `catch` or `delegate` that belongs to its `try` comes
//! later in the code. So a body with such blocks is read once before, and each `try` is told what will follow.

use smallvec::SmallVec;
use wasmparser::{FunctionBody, Operator};
use weft_module::TagIndex;

use super::Translated;

/// What follows a `try`.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub(crate) struct TryPlan {
    /// Its `catch` and `catch_all`, in order.
    pub(crate) catches: SmallVec<[PlannedCatch; 2]>,
    /// The label of its `delegate`, counted from outside the block.
    pub(crate) delegate: Option<u32>,
}

/// A `catch`, or, without a tag, `catch_all`.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) struct PlannedCatch {
    /// What it catches.
    pub(crate) tag: Option<TagIndex>,
    /// Whether a `rethrow` in it throws the exception again.
    pub(crate) rethrown: bool,
}

/// The plans of a body's `try` blocks.
pub(crate) struct TryPlans<'a> {
    body: FunctionBody<'a>,
    /// Those not yet met, in order; `None` before the first is.
    left: Option<std::vec::IntoIter<TryPlan>>,
}

impl<'a> TryPlans<'a> {
    /// Those of `body`, which is read when the first is asked for.
    pub(crate) fn new(body: FunctionBody<'a>) -> Self {
        Self { body, left: None }
    }

    /// That of the next `try` in the code.
    pub(crate) fn next(&mut self) -> Translated<TryPlan> {
        let left = match &mut self.left {
            Some(left) => left,
            None => self.left.insert(scan(&self.body)?.into_iter()),
        };
        Ok(left.next().unwrap_or_default())
    }
}

/// An open block.
enum Open {
    Other,
    Try(usize),
}

fn scan(body: &FunctionBody<'_>) -> Translated<Vec<TryPlan>> {
    let mut plans: Vec<TryPlan> = Vec::new();
    let mut open = vec![Open::Other];
    let mut reader = body.get_operators_reader()?;
    while !reader.eof() {
        match reader.read()? {
            Operator::Block { .. }
            | Operator::Loop { .. }
            | Operator::If { .. }
            | Operator::TryTable { .. } => open.push(Open::Other),
            Operator::Try { .. } => {
                open.push(Open::Try(plans.len()));
                plans.push(TryPlan::default());
            }
            Operator::Catch { tag_index } => add_catch(&mut plans, &open, Some(tag_index)),
            Operator::CatchAll => add_catch(&mut plans, &open, None),
            Operator::Rethrow { relative_depth } => {
                let target = open.iter().nth_back(relative_depth as usize);
                if let Some(plan) = plan_of(&mut plans, target)
                    && let Some(catch) = plan.catches.last_mut()
                {
                    catch.rethrown = true;
                }
            }
            Operator::Delegate { relative_depth } => {
                if let Some(plan) = plan_of(&mut plans, open.pop().as_ref()) {
                    plan.delegate = Some(relative_depth);
                }
            }
            Operator::End => {
                open.pop();
            }
            _ => {}
        }
    }
    Ok(plans)
}

fn add_catch(plans: &mut [TryPlan], open: &[Open], tag: Option<u32>) {
    if let Some(plan) = plan_of(plans, open.last()) {
        plan.catches.push(PlannedCatch {
            tag: tag.map(TagIndex),
            rethrown: false,
        });
    }
}

fn plan_of<'p>(plans: &'p mut [TryPlan], open: Option<&Open>) -> Option<&'p mut TryPlan> {
    match open? {
        Open::Try(plan) => plans.get_mut(*plan),
        Open::Other => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmparser::{Parser, Payload};

    fn plans(body: &str) -> Vec<TryPlan> {
        let text = format!("(module (tag $a) (tag $b) (func {body}))");
        let bytes = wat::parse_str(&text).unwrap();
        let body = Parser::new(0)
            .parse_all(&bytes)
            .find_map(|payload| match payload.unwrap() {
                Payload::CodeSectionEntry(body) => Some(body),
                _ => None,
            });
        scan(&body.unwrap()).unwrap()
    }

    fn catch(tag: Option<u32>, rethrown: bool) -> PlannedCatch {
        PlannedCatch {
            tag: tag.map(TagIndex),
            rethrown,
        }
    }

    #[test]
    fn clauses_belong_to_their_own_block() {
        let plans =
            plans("try block try nop catch $b end end catch $a try nop delegate 0 catch_all end");
        assert_eq!(plans.len(), 3);
        assert_eq!(
            plans[0].catches[..],
            [catch(Some(0), false), catch(None, false)]
        );
        assert_eq!(plans[1].catches[..], [catch(Some(1), false)]);
        assert_eq!((plans[2].catches.len(), plans[2].delegate), (0, Some(0)));
    }

    #[test]
    fn only_the_clause_that_rethrow_names_keeps_its_exception() {
        let plans =
            plans("try nop catch $a catch $b block try nop catch_all rethrow 2 end end end");
        assert_eq!(
            plans[0].catches[..],
            [catch(Some(0), false), catch(Some(1), true)]
        );
        assert_eq!(plans[1].catches[..], [catch(None, false)]);
    }
}
