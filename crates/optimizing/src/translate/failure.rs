//! Why a function could not be translated.

use weft_abi::CompileError;
use weft_module::FuncIndex;

/// The result of translating one instruction.
pub(crate) type Translated<T = ()> = Result<T, Failure>;

/// What ends a translation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// An instruction that this compiler does not know.
    Unsupported(&'static str),
    /// The function is too large in some respect.
    Limit(String),
    /// The body cannot be read, which validation has ruled out for the bytes it saw.
    Malformed(String),
    /// Not an error: the function calls itself in tail position, so its entry must be a loop head.
    /// Found out half way, and answered by starting again.
    SelfTailCall,
}

impl Failure {
    /// A limit of the compiler, with the reason.
    pub(crate) fn limit(reason: impl Into<String>) -> Self {
        Self::Limit(reason.into())
    }

    /// It as the error of `func`.
    pub(crate) fn in_function(self, func: FuncIndex) -> CompileError {
        let message = match self {
            Self::Unsupported(instruction) => format!("{instruction} is not supported yet"),
            Self::Limit(reason) => reason,
            Self::Malformed(reason) => format!("its body cannot be read: {reason}"),
            Self::SelfTailCall => "its tail call to itself could not be translated".to_owned(),
        };
        CompileError { func, message }
    }
}

impl From<wasmparser::BinaryReaderError> for Failure {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        Self::Malformed(error.to_string())
    }
}
