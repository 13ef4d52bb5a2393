//! [`Graph`]: which ES modules import which, to see that `require` would evaluate one that is being evaluated.
//!
//! That is an error ("invariants mandated by the ECMAScript specification"), and QuickJS relies on it. It tells nobody what the state of a
//! module is; but modules are evaluated in the order of § 16.2.1.6.1.3 "InnerModuleEvaluation", and those that are not JavaScript
//! are evaluated by us. So when one of these runs, those before it are done. What cannot be known to be done is taken for not.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

/// What is known of the modules of an agent.
#[derive(Default)]
pub(super) struct Graph {
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    /// What each module of JavaScript imports, in order. Those that it imports dynamically are among them.
    imports: HashMap<String, Vec<String>>,
    /// Modules that are certainly evaluated, or wait for promises.
    settled: HashSet<String>,
    /// Evaluations under way, the innermost last. Before the first is that of a dynamic import, if one is.
    under_way: Vec<Evaluation>,
    dynamic: Evaluation,
}

/// An evaluation of a module with those that it imports.
#[derive(Default)]
struct Evaluation {
    roots: Vec<String>,
    /// The last module that is not JavaScript which it has come to.
    reached: Option<String>,
}

impl Graph {
    /// Notes that a module is JavaScript.
    pub(super) fn note_module(&self, name: &str) {
        let mut state = self.state.borrow_mut();
        state.imports.entry(name.to_owned()).or_default();
    }

    /// Notes that `base` imports `name`.
    pub(super) fn note_import(&self, base: &str, name: &str) {
        let mut state = self.state.borrow_mut();
        if let Some(imports) = state.imports.get_mut(base)
            && !imports.iter().any(|known| known == name)
        {
            imports.push(name.to_owned());
        }
        if state.under_way.is_empty() {
            state.dynamic.roots.push(name.to_owned());
        }
    }

    /// Notes that a module that is not JavaScript is evaluated now.
    pub(super) fn note_reached(&self, name: &str) {
        let mut state = self.state.borrow_mut();
        let State {
            under_way, dynamic, ..
        } = &mut *state;
        under_way.last_mut().unwrap_or(dynamic).reached = Some(name.to_owned());
    }

    /// The module `root` is evaluated from now on, until [`Graph::end`].
    pub(super) fn begin(&self, root: &str) {
        self.state.borrow_mut().under_way.push(Evaluation {
            roots: vec![root.to_owned()],
            reached: None,
        });
    }

    /// The innermost evaluation is over. One that has failed may have left modules out.
    pub(super) fn end(&self, has_failed: bool) {
        let mut state = self.state.borrow_mut();
        if let Some(evaluation) = state.under_way.pop()
            && !has_failed
        {
            let done = state.closure(&evaluation.roots);
            state.settled.extend(done);
        }
    }

    /// A job is over, and with it what a dynamic import may have evaluated.
    pub(super) fn end_job(&self) {
        let mut state = self.state.borrow_mut();
        if !state.dynamic.roots.is_empty() {
            state.dynamic = Evaluation::default();
        }
    }

    /// Whether a module of the innermost evaluation, which is to begin, may be in the midst of another.
    pub(super) fn has_cycle(&self) -> bool {
        let state = self.state.borrow();
        let Some((next, outer)) = state.under_way.split_last() else {
            return false;
        };
        let wanted = state.closure(&next.roots);
        outer.iter().chain([&state.dynamic]).any(|evaluation| {
            state
                .unfinished(evaluation)
                .any(|name| wanted.contains(&name))
        })
    }
}

impl State {
    /// The modules that these lead to, themselves included, but for those that are settled.
    fn closure(&self, roots: &[String]) -> HashSet<String> {
        self.in_order(roots).into_iter().collect()
    }

    /// Modules of an evaluation that may not be done.
    fn unfinished(&self, evaluation: &Evaluation) -> impl Iterator<Item = String> {
        let order = self.in_order(&evaluation.roots);
        let reached = evaluation.reached.as_ref();
        let done = reached.and_then(|reached| order.iter().position(|name| name == reached));
        order.into_iter().skip(done.unwrap_or(0))
    }

    /// The same in the order in which they are evaluated: each after those that it imports.
    fn in_order(&self, roots: &[String]) -> Vec<String> {
        let mut order = Vec::new();
        let mut seen = HashSet::new();
        for root in roots {
            self.visit(root, &mut seen, &mut order);
        }
        order
    }

    /// Without recursion, since programs choose how deep it goes.
    fn visit<'a>(&'a self, root: &'a str, seen: &mut HashSet<&'a str>, order: &mut Vec<String>) {
        let mut path = Vec::new();
        let mut next = Some(root);
        loop {
            if let Some(name) = next
                && !self.settled.contains(name)
                && seen.insert(name)
            {
                let imports = self.imports.get(name).map_or(&[][..], Vec::as_slice);
                path.push((name, imports.iter()));
            }
            let Some((name, imports)) = path.last_mut() else {
                return;
            };
            next = imports.next().map(String::as_str);
            if next.is_none() {
                order.push((*name).to_owned());
                path.pop();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Modules of JavaScript by what they import; all others are not.
    fn graph(modules: &[(&str, &[&str])]) -> Graph {
        let graph = Graph::default();
        for (name, _) in modules {
            graph.note_module(name);
        }
        graph.begin("nothing");
        for (name, imports) in modules {
            for import in *imports {
                graph.note_import(name, import);
            }
        }
        graph.end(true);
        graph
    }

    fn has_cycle(graph: &Graph, required: &str) -> bool {
        graph.begin(required);
        let has_cycle = graph.has_cycle();
        graph.end(true);
        has_cycle
    }

    #[test]
    fn what_is_being_evaluated_cannot_be_required() {
        let graph = graph(&[
            ("main", &["early", "part", "common", "late"]),
            ("early", &[]),
            ("part", &["main"]),
            ("late", &["early"]),
        ]);
        graph.begin("main");
        assert!(has_cycle(&graph, "early"), "nothing is known to be done");
        graph.note_reached("common");
        assert!(!has_cycle(&graph, "early"));
        assert!(
            has_cycle(&graph, "part"),
            "it is of a cycle that is not done"
        );
        assert!(has_cycle(&graph, "main") && has_cycle(&graph, "late"));
        graph.end(false);
        assert!(!has_cycle(&graph, "main") && !has_cycle(&graph, "late"));
    }

    #[test]
    fn a_dynamic_import_is_an_evaluation_until_its_job_ends() {
        let graph = graph(&[("a", &["common"])]);
        graph.note_import("anything", "a");
        graph.note_reached("common");
        assert!(has_cycle(&graph, "a"));
        graph.end_job();
        assert!(!has_cycle(&graph, "a"));
    }

    #[test]
    fn an_evaluation_that_fails_settles_nothing() {
        let graph = graph(&[("a", &["b"]), ("b", &[])]);
        graph.begin("b");
        graph.end(true);
        graph.begin("a");
        assert!(has_cycle(&graph, "b"));
    }
}
