//! What can go wrong with live objects, one type for each phase, so that a host can map them one to one.
//!
//! A misuse (a handle of another store, a value of the wrong type) is never a trap, a trap never a
//! link error, and running out of something always says of what.

use std::any::Any;
use std::fmt;

use weft_abi::{CompileError, TrapKind};
use weft_module::ExternType;

use crate::gc::OwnedRoot;
use crate::types::TypeId;

/// What a host function gives back when it fails: anything, passed on to the caller of wasm untouched.
pub type HostError = Box<dyn Any + Send + Sync>;

/// Something the machine or a configured limit has not enough of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceError {
    message: String,
}

impl ResourceError {
    /// An error with a message that names what ran out and, where there is one, the setting that bounds it.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }

    /// The same for a failed system call.
    pub(crate) fn os(what: impl fmt::Display, error: impl fmt::Display) -> Self {
        Self::new(format!("{what}: {error}"))
    }
}

impl fmt::Display for ResourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ResourceError {}

/// An API used wrongly: nothing happened, and no wasm ran.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Misuse {
    /// The handle belongs to another store.
    WrongStore,
    /// The object belongs to another engine.
    WrongEngine,
    /// The handle's entity is gone.
    Stale,
    /// A value, or a number of values, that does not fit its type.
    Type(String),
    /// Setting an immutable global.
    Immutable,
    /// An index or range beyond the size.
    OutOfBounds,
}

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WrongStore => "the object belongs to another store",
            Self::WrongEngine => "the object belongs to another engine",
            Self::Stale => "the object has been released",
            Self::Type(message) => message,
            Self::Immutable => "the global is immutable",
            Self::OutOfBounds => "out of bounds",
        })
    }
}

impl std::error::Error for Misuse {}

/// A place in wasm code on the stack.
#[derive(Clone, Debug)]
pub struct TrapFrame {
    /// The module it belongs to.
    pub code: std::sync::Arc<crate::code::Code>,
    /// The function.
    pub func: weft_module::FuncIndex,
    /// The instruction's offset in the module's bytes, where it is known.
    pub module_offset: Option<u32>,
}

/// A computation that ended without a result (§ 4.2.4), with the stack it left.
#[derive(Clone, Debug)]
pub struct Trap {
    /// Why.
    pub kind: TrapKind,
    /// Where, innermost first.
    pub frames: Vec<TrapFrame>,
}

impl Trap {
    /// A trap that no wasm code was part of, such as one of an active segment.
    pub fn new(kind: TrapKind) -> Self {
        Self {
            kind,
            frames: Vec::new(),
        }
    }
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl std::error::Error for Trap {}

/// Why a call did not return.
#[non_exhaustive]
pub enum Failure {
    /// It trapped.
    Trap(Box<Trap>),
    /// It threw an exception that nobody caught, which this owns; with the wasm stack at that point.
    Exception(OwnedRoot, Vec<TrapFrame>),
    /// A host function failed; with the wasm stack at that point.
    Host(HostError, Vec<TrapFrame>),
    /// A host function panicked: the payload, for `resume_unwind`.
    Panic(Box<dyn Any + Send>),
    /// A function could not be compiled when it was first called.
    Compile(CompileError),
    /// A host function waits: the call can be resumed.
    Suspended,
}

impl Failure {
    /// A trap outside of wasm code.
    pub fn trap(kind: TrapKind) -> Self {
        Self::Trap(Box::new(Trap::new(kind)))
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trap(trap) => trap.fmt(f),
            Self::Exception(..) => f.write_str("Exception(..)"),
            Self::Host(..) => f.write_str("Host(..)"),
            Self::Panic(_) => f.write_str("Panic(..)"),
            Self::Compile(error) => error.fmt(f),
            Self::Suspended => f.write_str("Suspended"),
        }
    }
}

/// An import that cannot be given what it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportProblem {
    /// The import's first name.
    pub module: Box<str>,
    /// The import's second name.
    pub name: Box<str>,
    /// What the module needs, as text.
    pub expected: String,
    /// What was given, as text; `None` when nothing was.
    pub found: Option<String>,
}

/// All imports of a module that are missing or of an incompatible type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkError {
    /// One entry each, in the order of the imports.
    pub problems: Vec<ImportProblem>,
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for ImportProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            module,
            name,
            expected,
            found,
        } = self;
        match found {
            None => write!(f, "unknown import `{module}` `{name}`: needs {expected}"),
            Some(found) => write!(
                f,
                "incompatible import type for `{module}` `{name}`: needs {expected}, given {found}"
            ),
        }
    }
}

impl std::error::Error for LinkError {}

/// Why there is no instance.
#[derive(Debug)]
#[non_exhaustive]
pub enum InstantiateError {
    /// Imports are missing or do not match.
    Link(LinkError),
    /// The machine or a limit does not allow for it.
    Resource(ResourceError),
    /// The store's limiter refused, with the host's own error if it gave one.
    Limit(HostError),
    /// An active segment or the start function failed. What they had written stays written.
    Failure(Failure),
    /// An import from another store, or a module from another engine.
    Misuse(Misuse),
}

impl fmt::Display for InstantiateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Link(error) => error.fmt(f),
            Self::Resource(error) => error.fmt(f),
            Self::Limit(_) => f.write_str("refused by the store's limiter"),
            Self::Failure(failure) => write!(f, "instantiation failed: {failure:?}"),
            Self::Misuse(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for InstantiateError {}

macro_rules! from {
    ($($variant:ident($ty:ty))*) => {$(
        impl From<$ty> for InstantiateError {
            fn from(error: $ty) -> Self {
                Self::$variant(error)
            }
        }
    )*};
}

from! {
    Link(LinkError)
    Resource(ResourceError)
    Failure(Failure)
    Misuse(Misuse)
}

/// Why an object cannot be made or made larger.
#[derive(Debug)]
#[non_exhaustive]
pub enum GrowError {
    /// The type's maximum, or what an address can name, would be exceeded.
    Maximum,
    /// The machine or a limit does not allow for it.
    Resource(ResourceError),
    /// The limiter ended the computation with this error.
    Host(HostError),
}

impl fmt::Display for GrowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Maximum => f.write_str("the maximum size would be exceeded"),
            Self::Resource(error) => error.fmt(f),
            Self::Host(_) => f.write_str("refused by the store's limiter"),
        }
    }
}

impl std::error::Error for GrowError {}

impl From<GrowError> for InstantiateError {
    fn from(error: GrowError) -> Self {
        match error {
            GrowError::Maximum => Self::Resource(ResourceError::new(error.to_string())),
            GrowError::Resource(error) => Self::Resource(error),
            GrowError::Host(error) => Self::Limit(error),
        }
    }
}

/// The type of an entity with canonical type ids.
pub type LiveExternType = ExternType<TypeId>;
