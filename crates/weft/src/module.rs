//! [`Module`]: decoded, validated and ready to be instantiated (§ 4.2.5 comes later, with instances).

mod copy;
mod load;
mod native;
mod stream;
mod text;

pub use native::NativeCode;
pub use stream::ModuleBuilder;

use std::path::Path;
use std::sync::{Arc, OnceLock};

use weft_module::{Bytes, ModuleInfo, Names};
use weft_runtime::artifact::Artifact;
use weft_runtime::code::Code;

use crate::{Context as _, Engine, ExportType, ExternType, ImportType, Result};
use load::Saved;

/// A module of an engine: validated, and compiled as far as its functions have been called. Cheap to clone and shared by
/// threads.
///
/// ```
/// use weft::{Engine, Module};
///
/// let engine = Engine::default();
/// let module = Module::new(&engine, r#"(module (import "a" "b" (func)) (memory (export "m") 1))"#)?;
/// assert_eq!(module.imports().next().unwrap().name(), "b");
/// assert_eq!(module.get_export("m").unwrap().to_string(), "(memory 1)");
/// # Ok::<(), weft::Error>(())
/// ```
#[derive(Clone)]
pub struct Module(Arc<Inner>);

struct Inner {
    engine: Engine,
    code: Arc<Code>,
    names: OnceLock<Names>,
    /// Where its code goes at the end, with a cache.
    saved: Option<Saved>,
}

impl Module {
    /// Decodes and validates a module in the binary or the text format.
    ///
    /// Its functions are compiled when they are first called, or now with
    /// [`Strategy::Eager`](crate::Strategy::Eager).
    ///
    /// # Errors
    /// When it is malformed, invalid or beyond a limit ([`CompileError`](crate::CompileError)), or the
    /// machine has no room for its code.
    pub fn new(engine: &Engine, bytes: impl AsRef<[u8]>) -> Result<Self> {
        let bytes = bytes.as_ref();
        match text::is_text(bytes) {
            true => Self::from_owned(engine, text::parse(bytes, None)?),
            false => Self::from_binary(engine, bytes),
        }
    }

    /// Decodes and validates the module in a file, in the binary or the text format.
    ///
    /// # Errors
    /// As [`Module::new`], and when the file cannot be read.
    pub fn from_file(engine: &Engine, file: impl AsRef<Path>) -> Result<Self> {
        let path = file.as_ref();
        let bytes =
            std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        match text::is_text(&bytes) {
            true => Self::from_owned(engine, text::parse(&bytes, Some(path))?),
            false => Self::from_owned(engine, bytes),
        }
    }

    /// Decodes and validates a module in the binary format.
    ///
    /// # Errors
    /// As [`Module::new`].
    pub fn from_binary(engine: &Engine, binary: &[u8]) -> Result<Self> {
        Self::from_bytes(engine, copy::copy(binary))
    }

    /// The same with bytes that need not be copied.
    ///
    /// # Errors
    /// As [`Module::new`].
    pub fn from_owned(engine: &Engine, binary: impl Into<Vec<u8>>) -> Result<Self> {
        Self::from_bytes(engine, Bytes::from(binary.into()))
    }

    /// A module whose bytes come in pieces: see [`ModuleBuilder`].
    pub fn streaming(engine: &Engine) -> ModuleBuilder {
        ModuleBuilder::new(engine)
    }

    /// Whether `binary` is a valid module for `engine`.
    ///
    /// # Errors
    /// Why it is not: a [`CompileError`](crate::CompileError).
    pub fn validate(engine: &Engine, binary: &[u8]) -> Result<()> {
        Ok(weft_module::validate(binary, engine.features())?)
    }

    fn of(engine: &Engine, code: Arc<Code>, saved: Option<Saved>) -> Self {
        Self(Arc::new(Inner {
            engine: engine.clone(),
            code,
            names: OnceLock::new(),
            saved,
        }))
    }

    /// The module that `code` is of, for those who have met it in a store.
    pub(crate) fn of_code(engine: &Engine, code: &Arc<Code>) -> Self {
        Self::of(engine, code.clone(), None)
    }

    /// Compiles what is not compiled yet, and gives everything as bytes that [`Module::deserialize`] takes.
    ///
    /// # Errors
    /// When a function is beyond the compiler or the machine has no room for the code.
    pub fn serialize(&self) -> Result<Vec<u8>> {
        self.compile_all()?;
        self.0.encode(Some(self.wasm()), None)
    }

    /// Compiles all functions that are not compiled yet, on all threads.
    ///
    /// # Errors
    /// When a function is beyond the compiler or the machine has no room for the code.
    pub fn compile_all(&self) -> Result<()> {
        self.compile_all_telling(|| ())
    }

    /// The same, and `done` is called for each function as soon as it is compiled, by the thread that did it.
    ///
    /// # Errors
    /// As [`Module::compile_all`].
    pub fn compile_all_telling(&self, done: impl Fn() + Sync) -> Result<()> {
        Ok(self.0.code.compile_all(done)?)
    }

    /// A module from what [`Module::serialize`] gave.
    ///
    /// # Errors
    /// When `bytes` are no such thing, are damaged, or were made by another version, for another
    /// CPU or with other settings: an [`ArtifactError`](crate::ArtifactError).
    ///
    /// # Safety
    /// `bytes` are native code that will run as it is. They must come from [`Module::serialize`] and from
    /// someone trusted: a checksum finds damage, not malice.
    pub unsafe fn deserialize(engine: &Engine, bytes: impl AsRef<[u8]>) -> Result<Self> {
        let artifact = Artifact::from_bytes(bytes.as_ref(), engine.fingerprint())?;
        // SAFETY: the caller's.
        unsafe { load::from_artifact(engine, artifact) }
    }

    /// A module from a file with what [`Module::serialize`] gave. The file is mapped.
    ///
    /// # Errors
    /// As [`Module::deserialize`], and when the file cannot be read.
    ///
    /// # Safety
    /// As [`Module::deserialize`], and nobody may change the file in place while the module is used.
    pub unsafe fn deserialize_file(engine: &Engine, path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let artifact = Artifact::from_file(path, engine.fingerprint())
            .with_context(|| format!("cannot load {}", path.display()))?;
        // SAFETY: the caller's.
        unsafe { load::from_artifact(engine, artifact) }
    }

    /// Whether `bytes` start like what [`Module::serialize`] gives.
    pub fn is_precompiled(bytes: &[u8]) -> bool {
        Artifact::is_artifact(bytes)
    }

    /// Whether both are the same module, rather than one that was loaded twice.
    pub fn same(a: &Self, b: &Self) -> bool {
        Arc::ptr_eq(&a.0.code, &b.0.code)
    }

    /// The engine it belongs to.
    pub fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// Its name, from the name section.
    pub fn name(&self) -> Option<&str> {
        self.names().module_name()
    }

    /// What it imports, in order.
    pub fn imports(&self) -> impl ExactSizeIterator<Item = ImportType<'_>> {
        let types = weft_runtime::linking::import_types(self.code());
        self.info()
            .imports
            .iter()
            .zip(types)
            .map(|(import, ty)| ImportType {
                module: &import.module,
                name: &import.name,
                ty: ExternType::from_live(&self.0.engine, &ty),
            })
    }

    /// What it exports, in order.
    pub fn exports(&self) -> impl ExactSizeIterator<Item = ExportType<'_>> {
        self.info().exports.iter().map(|export| ExportType {
            name: &export.name,
            ty: self.type_of(export.entity),
        })
    }

    /// The type of what it exports as `name`.
    pub fn get_export(&self, name: &str) -> Option<ExternType> {
        self.0.code.export(name).map(|entity| self.type_of(entity))
    }

    fn type_of(&self, entity: weft_module::Entity) -> ExternType {
        let ty = self
            .0
            .code
            .types()
            .extern_type(&self.info().extern_type(entity));
        ExternType::from_live(&self.0.engine, &ty)
    }

    /// The contents of each custom section called `name`, in order.
    pub fn custom_sections<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let sections = self.info().custom_sections(name);
        sections.map(|section| {
            let range = section.range.start as usize..section.range.end as usize;
            self.wasm().get(range).unwrap_or_default()
        })
    }

    /// Its bytes in the binary format.
    pub fn wasm(&self) -> &[u8] {
        self.0.code.bytes()
    }

    /// How many functions it defines.
    pub fn function_count(&self) -> usize {
        self.info().bodies.len()
    }

    /// How many of them are compiled by now.
    pub fn compiled_count(&self) -> usize {
        self.0.code.compiled_count()
    }

    pub(crate) fn info(&self) -> &Arc<ModuleInfo> {
        self.0.code.info()
    }

    pub(crate) fn code(&self) -> &Arc<Code> {
        &self.0.code
    }

    pub(crate) fn names(&self) -> &Names {
        self.0
            .names
            .get_or_init(|| Names::decode(self.info(), self.wasm()))
    }
}

impl std::fmt::Debug for Module {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Module")
            .field("name", &self.name())
            .field("functions", &self.function_count())
            .finish_non_exhaustive()
    }
}
