//! What a WebAssembly module is: its types, indices and structure, decoded and validated.
//!
//! [`decode`] takes bytes that are all there, [`Decoder`] takes them as they arrive; both yield a
//! [`ModuleInfo`]. Nothing here is live: an instance, a memory or a compiled function belongs to
//! `weft-runtime`.

mod bits;
mod bodies;
mod bytes;
mod calls;
#[doc(hidden)]
pub mod check;
mod convert;
mod decode;
mod error;
mod facts;
mod features;
mod index;
pub mod limits;
mod module;
mod names;
mod quick;
mod resources;
mod sections;
mod stream;
mod types;
mod work;

pub use bytes::Bytes;
pub use decode::{decode, decode_validated, validate};
pub use error::{DecodeError, DecodeErrorKind};
pub use features::{Features, UnknownFeature};
pub use index::*;
pub use module::*;
pub use names::Names;
pub use stream::{Decoded, Decoder};
pub use types::*;
