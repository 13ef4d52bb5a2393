//! [`Explorer`]: a module as one page of HTML that shows its bytes, text, source and native code side by side.
//!
//! The page opens from disk and asks for nothing else. What it shows is data in blobs, compressed, which its script
//! unpacks when they are looked at: so a large module opens at once. There are no frameworks: what a page of this kind needs is a
//! list that makes only the rows in view, and that is a page of script.

mod blobs;
mod calls;
mod code;
mod index;
mod page;

use std::io;

use crate::{Functions, NativeInstruction, Sections, main_module};

/// What a page is made of.
pub struct Explorer<'a> {
    /// What the file is called.
    pub name: &'a str,
    /// The module or component.
    pub wasm: &'a [u8],
    /// The native code of a function, by its index in [`main_module`]; nothing if there is none to show.
    pub native: &'a dyn Fn(u32) -> Vec<NativeInstruction>,
    /// The text of a source file that debug information names, if it may be shown.
    pub source: &'a dyn Fn(&str) -> Option<String>,
}

impl Explorer<'_> {
    /// Writes the page.
    ///
    /// # Errors
    /// Those of `out`. A damaged module is shown as far as it goes.
    pub fn write(&self, out: &mut dyn io::Write) -> io::Result<()> {
        page::write_start(out, self.name)?;
        let mut blobs = blobs::Blobs::new(out);
        let index = index::Index::write(self, &mut blobs)?;
        blobs.finish(&index)?;
        page::write_end(out)
    }
}

/// The core module whose functions a page shows: the file itself, or the largest in a component.
struct Core<'a> {
    wasm: &'a [u8],
    /// Where it begins in the file: offsets of the page are those of the file.
    start: usize,
    sections: Sections,
    functions: Functions,
}

impl<'a> Core<'a> {
    fn of(file: &'a [u8]) -> Self {
        let place = main_module(file);
        let start = place.start;
        let wasm = &file[place];
        let sections = Sections::read(wasm);
        let functions = Functions::read(wasm, &sections);
        Self {
            wasm,
            start,
            sections,
            functions,
        }
    }
}
