//! [`FunctionView`]: one function as text, source lines and native code side by side.

use serde::Serialize;

use crate::functions::Function;
use crate::source::{Place, SourceMap};
use crate::text::{PrintOptions, lines};
use crate::{Harmless, Sections};

/// An instruction of native code. Engines differ, so whoever has one brings this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NativeInstruction {
    /// Where it is in the function's code.
    pub offset: u32,
    /// The offset in the module of the instruction that it was compiled from, if it belongs to one.
    pub module_offset: Option<u64>,
    /// In assembly.
    pub text: String,
}

/// A function by the lines of its text.
#[derive(Clone, Debug, Serialize)]
pub struct FunctionView {
    /// Its index.
    pub index: u32,
    /// What it is called, with everything escaped that could do harm.
    pub name: String,
    /// Where its body begins.
    pub offset: u64,
    /// How many bytes its body takes.
    pub length: u64,
    /// Its text, in order.
    pub lines: Vec<FunctionLine>,
}

/// A line of a function's text and what belongs to it.
#[derive(Clone, Debug, Serialize)]
pub struct FunctionLine {
    /// Where its bytes are.
    pub offset: u64,
    /// The text, with its indentation.
    pub text: String,
    /// Where it comes from in the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Place>,
    /// What it was compiled to. The order of native code is that of its own offsets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub native: Vec<NativeInstruction>,
}

impl FunctionView {
    /// The view of `function`, with the native code that was compiled from it if there is any.
    pub fn new(
        wasm: &[u8],
        sections: &Sections,
        function: &Function,
        native: Vec<NativeInstruction>,
    ) -> Self {
        let body = function.body.start as u64..function.body.end as u64;
        let source = SourceMap::read(wasm, sections);
        let place = |offset| source.as_ref().and_then(|source| source.line(offset));
        let lines = lines(wasm, &PrintOptions::default(), body.clone());
        let lines = lines.into_iter().map(|line| FunctionLine {
            offset: line.offset,
            source: place(line.offset),
            text: line.text,
            native: Vec::new(),
        });
        let mut view = Self {
            index: function.index,
            name: Harmless(&function.shown()).to_string(),
            offset: body.start,
            length: body.end - body.start,
            lines: lines.filter(|line| !line.text.is_empty()).collect(),
        };
        view.add_native(native);
        view
    }

    /// Puts each native instruction beside the last line that begins at or before what it was compiled from.
    fn add_native(&mut self, native: Vec<NativeInstruction>) {
        for instruction in native {
            let offset = instruction.module_offset.unwrap_or(self.offset);
            let after = self.lines.partition_point(|line| line.offset <= offset);
            if let Some(line) = self.lines.get_mut(after.saturating_sub(1)) {
                line.native.push(instruction);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Functions;
    use crate::text::parse;

    #[test]
    fn native_code_stands_beside_its_instruction() {
        let wasm = parse(
            b"(module (func nop) (func $f (result i32) i32.const 1 i32.eqz))",
            None,
            None,
        )
        .unwrap();
        let sections = Sections::read(&wasm);
        let functions = Functions::read(&wasm, &sections);
        let function = functions.find("f").unwrap();
        let start = function.body.start as u64;
        let native = |offset, module_offset| NativeInstruction {
            offset,
            module_offset,
            text: String::new(),
        };
        let instructions = vec![
            native(0, None),
            native(4, Some(start + 3)),
            native(8, Some(start + 1)),
        ];
        let view = FunctionView::new(&wasm, &sections, function, instructions);
        let beside: Vec<_> = view
            .lines
            .iter()
            .map(|line| {
                (
                    line.text.trim(),
                    line.native.iter().map(|n| n.offset).collect(),
                )
            })
            .collect::<Vec<(&str, Vec<u32>)>>();
        assert_eq!(
            beside,
            [
                ("(func $f (;1;) (type 1) (result i32)", vec![0]),
                ("i32.const 1", vec![8]),
                ("i32.eqz", vec![4]),
                (")", vec![]),
            ]
        );
    }
}
