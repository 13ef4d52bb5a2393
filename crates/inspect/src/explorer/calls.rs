//! [`Calls`]: which function calls which.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use wasmparser::{BinaryReader, ElementItems, ElementSectionReader, Operator};

use crate::Sections;
use crate::functions::{Function, Functions, operators};
use crate::sections::ELEMENT;

/// The calls in a module, as lists that a page reads quickly.
#[derive(Default, Serialize)]
pub(super) struct Calls {
    /// For each function that is defined here: how many functions it calls by name.
    callees: Vec<usize>,
    /// Those, one after another.
    to: Vec<u32>,
    /// From how many places, in the same order.
    sites: Vec<u32>,
    /// For each function that is defined here: how many calls of it go through tables or references.
    indirect: Vec<u32>,
    /// The functions that tables and references can have.
    referenced: BTreeSet<u32>,
}

impl Calls {
    /// Reads all bodies, each as far as it goes.
    pub(super) fn read(wasm: &[u8], sections: &Sections, functions: &Functions) -> Self {
        let mut calls = Self::default();
        for function in &functions.defined {
            calls.add(wasm, function);
        }
        if let Some(section) = sections.by_id(ELEMENT) {
            let reader = BinaryReader::new(&wasm[section.contents.clone()], 0);
            // What comes before a fault counts.
            let _ = calls.add_elements(reader);
        }
        calls
    }

    fn add(&mut self, wasm: &[u8], function: &Function) {
        let mut direct: BTreeMap<u32, u32> = BTreeMap::new();
        let mut indirect = 0;
        for operator in operators(wasm, function) {
            match operator {
                Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                    *direct.entry(function_index).or_default() += 1;
                }
                Operator::CallIndirect { .. }
                | Operator::ReturnCallIndirect { .. }
                | Operator::CallRef { .. }
                | Operator::ReturnCallRef { .. } => indirect += 1,
                Operator::RefFunc { function_index } => {
                    self.referenced.insert(function_index);
                }
                _ => {}
            }
        }
        self.callees.push(direct.len());
        self.to.extend(direct.keys());
        self.sites.extend(direct.values());
        self.indirect.push(indirect);
    }

    fn add_elements(&mut self, reader: BinaryReader<'_>) -> wasmparser::Result<()> {
        for element in ElementSectionReader::new(reader)? {
            match element?.items {
                ElementItems::Functions(functions) => {
                    for function in functions {
                        self.referenced.insert(function?);
                    }
                }
                ElementItems::Expressions(_, expressions) => {
                    for expression in expressions {
                        for operator in expression?.get_operators_reader() {
                            if let Operator::RefFunc { function_index } = operator? {
                                self.referenced.insert(function_index);
                            }
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::parse;

    #[test]
    fn calls_are_counted_by_callee() {
        let text = "(module (import \"m\" \"f\" (func $f)) (table 1 funcref)
            (elem (i32.const 0) $c) (elem declare funcref (ref.func $d))
            (func $a (call $f) (call $b) (call $f) (call_indirect (i32.const 0)))
            (func $b (return_call $a)) (func $c) (func $d (drop (ref.func $d))) (func $e))";
        let wasm = parse(text.as_bytes(), None, None).unwrap();
        let sections = Sections::read(&wasm);
        let calls = Calls::read(&wasm, &sections, &Functions::read(&wasm, &sections));
        assert_eq!(calls.callees, [2, 1, 0, 0, 0]);
        assert_eq!(calls.to, [0, 2, 1]);
        assert_eq!(calls.sites, [2, 1, 1]);
        assert_eq!(calls.indirect, [1, 0, 0, 0, 0]);
        assert_eq!(calls.referenced.into_iter().collect::<Vec<_>>(), [3, 4]);
    }
}
