//! WebAssembly modules for people: what is in their bytes, as text and as plain data.
//!
//! Nothing here runs, compiles or knows an engine, and everything takes damaged modules: they are what
//! people look into. Names and other text come from the module and may be hostile; [`Harmless`] shows them.

#[doc(hidden)]
pub mod check;
mod custom;
mod demangle;
pub mod doctor;
pub mod explorer;
mod function_view;
pub mod functions;
mod harmless;
pub mod hex;
pub mod interface;
pub mod metadata;
pub mod names;
mod overview;
pub mod sections;
pub mod size;
pub mod source;
pub mod strip;
pub mod text;

pub use demangle::demangle;
pub use function_view::{FunctionLine, FunctionView, NativeInstruction};
pub use functions::{Function, Functions};
pub use harmless::{Harmless, harmless_text, is_harmless};
pub use overview::{Item, Overview, SectionView};
pub use sections::{Fault, Layer, Section, Sections, core_modules, main_module};
