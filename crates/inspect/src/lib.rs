//! WebAssembly modules for people: what is in their bytes, as text and as plain data.
//!
//! Nothing here runs, compiles or knows an engine, and everything takes damaged modules: they are what
//! people look into. Names and other text come from the module and may be hostile; [`Harmless`] shows them.

mod harmless;
pub mod sections;
pub mod text;

pub use harmless::Harmless;
pub use sections::{Fault, Layer, Section, Sections};
