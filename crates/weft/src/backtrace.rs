//! [`WasmBacktrace`]: the wasm functions that were running when something went wrong.
//!
//! Capturing one is a walk over frame pointers; names, and lines from DWARF, are looked up when
//! somebody reads it.

use std::fmt;
use std::sync::OnceLock;

use weft_module::FuncIndex;

use crate::Module;
use crate::dwarf::{Lines, demangle};

/// The wasm frames of a call, innermost first.
///
/// It is found in an [`Error`](crate::Error) with `error.downcast_ref::<WasmBacktrace>()`. Its `Display` shows
/// function names, offsets in the module, and source lines where the module has DWARF.
#[derive(Clone)]
pub struct WasmBacktrace {
    frames: Vec<FrameInfo>,
}

/// A wasm function that was running.
#[derive(Clone)]
pub struct FrameInfo {
    module: Module,
    func: FuncIndex,
    module_offset: Option<u32>,
    symbols: OnceLock<Vec<FrameSymbol>>,
}

/// A function in the source, and the place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameSymbol {
    pub(crate) name: Option<String>,
    pub(crate) file: Option<String>,
    pub(crate) line: Option<u32>,
    pub(crate) column: Option<u32>,
}

impl FrameSymbol {
    /// The function's name, demangled.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The source file.
    pub fn file(&self) -> Option<&str> {
        self.file.as_deref()
    }

    /// The line, from 1.
    pub fn line(&self) -> Option<u32> {
        self.line
    }

    /// The column, from 1.
    pub fn column(&self) -> Option<u32> {
        self.column
    }
}

impl FrameInfo {
    pub(crate) fn new(module: Module, func: FuncIndex, module_offset: Option<u32>) -> Self {
        Self {
            module,
            func,
            module_offset,
            symbols: OnceLock::new(),
        }
    }

    /// The function's index in its module.
    pub fn func_index(&self) -> u32 {
        self.func.0
    }

    /// The module.
    pub fn module(&self) -> &Module {
        &self.module
    }

    /// The function's name in the name section, as it is written there.
    pub fn func_name(&self) -> Option<&str> {
        self.module.names().function_name(self.func)
    }

    /// The same, demangled.
    pub fn name(&self) -> Option<String> {
        self.func_name().map(demangle)
    }

    /// The offset of the instruction in the module's bytes.
    pub fn module_offset(&self) -> Option<usize> {
        self.module_offset.map(|offset| offset as usize)
    }

    /// The offset of the instruction from the start of the function's body.
    pub fn func_offset(&self) -> Option<usize> {
        let info = self.module.info();
        let body = info.bodies.get(info.defined_func(self.func)?)?;
        Some(self.module_offset?.checked_sub(body.start)? as usize)
    }

    /// What DWARF says of the instruction: inlined functions first, the function itself last. Empty
    /// when the module has no DWARF.
    pub fn symbols(&self) -> &[FrameSymbol] {
        self.symbols.get_or_init(|| {
            let lines = Lines::new(self.module.info(), self.module.wasm());
            self.look_up(lines.as_ref())
        })
    }

    fn look_up(&self, lines: Option<&Lines<'_>>) -> Vec<FrameSymbol> {
        match (lines, self.module_offset) {
            (Some(lines), Some(offset)) => lines.symbols(u64::from(offset)),
            _ => Vec::new(),
        }
    }

    fn display_name(&self) -> String {
        let name = self.name();
        name.unwrap_or_else(|| format!("<wasm function {}>", self.func.0))
    }
}

impl WasmBacktrace {
    pub(crate) fn new(frames: Vec<FrameInfo>) -> Self {
        Self { frames }
    }

    /// The frames, innermost first.
    ///
    /// Of a very deep stack only the innermost ones are kept.
    pub fn frames(&self) -> &[FrameInfo] {
        &self.frames
    }

    /// Looks up the lines of all frames, with each module's DWARF read once.
    fn resolve(&self) {
        let mut lines: Vec<(&Module, Option<Lines<'_>>)> = Vec::new();
        for frame in &self.frames {
            if frame.symbols.get().is_some() {
                continue;
            }
            let module = &frame.module;
            let known = lines
                .iter()
                .position(|(other, _)| Module::same(other, module));
            let index = known.unwrap_or_else(|| {
                lines.push((module, Lines::new(module.info(), module.wasm())));
                lines.len() - 1
            });
            let symbols = frame.look_up(lines[index].1.as_ref());
            // Another thread may have been faster, with the same outcome.
            let _ = frame.symbols.set(symbols);
        }
    }
}

impl fmt::Display for WasmBacktrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.resolve();
        f.write_str("wasm backtrace:")?;
        for (number, frame) in self.frames.iter().enumerate() {
            write!(f, "\n{number:>5}: {frame}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for WasmBacktrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.frames).finish()
    }
}

impl fmt::Display for FrameInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(offset) = self.module_offset {
            write!(f, "{offset:#8x} - ")?;
        }
        if let Some(module) = self.module.name() {
            write!(f, "{module}!")?;
        }
        f.write_str(&self.display_name())?;
        self.symbols()
            .iter()
            .enumerate()
            .try_for_each(|(depth, symbol)| fmt_symbol(f, depth, symbol, &self.display_name()))
    }
}

/// Writes a line below a frame's: the name only when it adds something, as for an inlined function.
fn fmt_symbol(
    f: &mut fmt::Formatter<'_>,
    depth: usize,
    symbol: &FrameSymbol,
    frame_name: &str,
) -> fmt::Result {
    let name = symbol.name().filter(|name| *name != frame_name);
    if name.is_none() && symbol.file.is_none() {
        return Ok(());
    }
    f.write_str("\n                    ")?;
    match name {
        Some(name) if depth == 0 => write!(f, "in {name} ")?,
        Some(name) => write!(f, "inlined into {name} ")?,
        None => {}
    }
    match (&symbol.file, symbol.line, symbol.column) {
        (Some(file), Some(line), Some(column)) => write!(f, "at {file}:{line}:{column}"),
        (Some(file), Some(line), None) => write!(f, "at {file}:{line}"),
        (Some(file), None, _) => write!(f, "at {file}"),
        (None, ..) => Ok(()),
    }
}

impl fmt::Debug for FrameInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FrameInfo")
            .field("func_index", &self.func.0)
            .field("func_name", &self.func_name())
            .field("module_offset", &self.module_offset)
            .finish_non_exhaustive()
    }
}
