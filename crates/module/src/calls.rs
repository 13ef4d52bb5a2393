//! Which functions a function calls directly, read from its body.

use wasmparser::{BinaryReader, FunctionBody, Operator};

use crate::{DefinedFuncIndex, FuncIndex, ModuleInfo};

impl ModuleInfo {
    /// The functions that `func` calls by `call` or `return_call` (§ 2.4.8), each once, by ascending index, without those
    /// that are never expected to return: compilers end such a call with `unreachable`, and what it calls reports
    /// a failure. `bytes` are the whole module's.
    pub fn direct_callees(&self, bytes: &[u8], func: DefinedFuncIndex) -> Vec<FuncIndex> {
        let range = self.bodies[func].start as usize..self.bodies[func].end as usize;
        let body = bytes.get(range).unwrap_or_default();
        let body = FunctionBody::new(BinaryReader::new(body, 0));
        let operators = body.get_operators_reader().into_iter().flatten();
        let mut callees = Vec::new();
        let mut latest = None;
        // Bodies have been validated, so nothing after an error is missed.
        for operator in operators.map_while(Result::ok) {
            if !matches!(operator, Operator::Unreachable) {
                callees.extend(latest);
            }
            latest = match operator {
                Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                    Some(FuncIndex(function_index))
                }
                _ => None,
            };
        }
        callees.sort_unstable();
        callees.dedup();
        callees
    }
}

#[cfg(test)]
mod tests {
    use crate::{DefinedFuncIndex, Features, FuncIndex, decode};

    #[test]
    fn each_callee_is_listed_once() {
        let bytes = wat::parse_str(
            r#"(module
                (import "" "f" (func $f))
                (func $g (call $h) (call $f) (loop (call $h)) (return_call $g))
                (func $h))"#,
        )
        .unwrap();
        let module = decode(&bytes, &Features::default()).unwrap();
        let callees = |func| module.direct_callees(&bytes, DefinedFuncIndex(func));
        assert_eq!(callees(0), [0, 1, 2].map(FuncIndex));
        assert!(callees(1).is_empty());
    }

    #[test]
    fn what_does_not_return_is_left_out() {
        let bytes = wat::parse_str(
            r#"(module
                (func (if (i32.const 0) (then (call $fail) (unreachable))) (call $g))
                (func $fail)
                (func $g))"#,
        )
        .unwrap();
        let module = decode(&bytes, &Features::default()).unwrap();
        let callees = module.direct_callees(&bytes, DefinedFuncIndex(0));
        assert_eq!(callees, [FuncIndex(2)]);
    }
}
