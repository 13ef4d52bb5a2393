//! Structured clone (§ 2.7 "Safe passing of structured data" of the HTML standard): values as data that goes from one agent to
//! another.
//!
//! A [`Message`] is what StructuredSerialize gives: a list of records, one for each object, that refer to each other by number.
//! So circles are nothing special, and neither writing nor reading it recurses, however deep a value is. It belongs to no
//! agent. QuickJS's own serializer knows neither errors nor objects of the host nor transfer.
//!
//! Objects of the host that can be cloned or transferred are of two kinds: instances of Rust, see [`Portable`]; and those of scripts of
//! ours, see [`platform`].

mod intrinsics;
mod platform;
mod portable;
mod read;
mod write;

pub(crate) use intrinsics::Intrinsics;
pub(crate) use platform::{Platform, natives};
pub(crate) use portable::Portable;
pub(crate) use read::read;
pub(crate) use write::write;

use crate::quickjs::{Charge, ElementType, SharedBytes};

/// A value, serialized.
pub(crate) struct Message {
    value: Item,
    objects: Vec<Object>,
    /// Which objects were transferred, in the order of the list that named them.
    transferred: Vec<u32>,
    /// What it takes of the heaps' budget.
    _charge: Option<Charge>,
}

/// A value within a message.
#[derive(Clone)]
enum Item {
    Undefined,
    Null,
    Boolean(bool),
    Number(f64),
    BigInt(i64),
    /// A BigInt that is larger, in decimal digits.
    LargeBigInt(String),
    String(Box<[u16]>),
    /// The object of this number.
    Object(u32),
}

/// An object.
struct Object {
    slots: Slots,
    /// Its own properties.
    properties: Vec<(Box<[u16]>, Item)>,
    /// What else it refers to: keys and values of a map, items of a set, the cause of an error, data of an object of the host.
    items: Vec<Item>,
}

impl Object {
    /// About what it takes, in bytes.
    fn size(&self) -> usize {
        let properties = self.properties.iter();
        let properties = properties
            .map(|(key, item)| size_of::<(Box<[u16]>, Item)>() + 2 * key.len() + item.size());
        let items = self
            .items
            .iter()
            .map(|item| size_of::<Item>() + item.size());
        let bytes = match &self.slots {
            Slots::Buffer { bytes, .. } => bytes.len(),
            _ => 0,
        };
        size_of::<Self>() + properties.sum::<usize>() + items.sum::<usize>() + bytes
    }
}

impl Item {
    /// About what it takes beside itself, in bytes.
    fn size(&self) -> usize {
        match self {
            Self::String(units) => 2 * units.len(),
            Self::LargeBigInt(digits) => digits.len(),
            _ => 0,
        }
    }
}

/// What internal slots hold.
enum Slots {
    /// Not known yet: it will be transferred.
    Transfer,
    Ordinary,
    Array(u32),
    /// A primitive value as an object.
    Boxed(Item),
    Date(f64),
    RegExp {
        source: Box<[u16]>,
        flags: String,
    },
    Map,
    Set,
    Error {
        name: &'static str,
        message: Option<Box<[u16]>>,
        stack: Option<Box<[u16]>>,
    },
    DomException {
        name: Box<[u16]>,
        message: Box<[u16]>,
        stack: Option<Box<[u16]>>,
    },
    Buffer {
        bytes: Vec<u8>,
        max: Option<usize>,
        is_immutable: bool,
    },
    SharedBuffer {
        bytes: SharedBytes,
        length: usize,
        max: Option<usize>,
    },
    View {
        /// `None` for a `DataView`.
        elements: Option<ElementType>,
        buffer: u32,
        /// In bytes.
        offset: usize,
        /// In elements; `None` if it follows its buffer's.
        length: Option<usize>,
    },
    /// An instance of Rust.
    Portable(Box<dyn Portable>),
    /// An object of a script of ours; its data is its only item.
    Platform {
        kind: platform::Kind,
        is_transferred: bool,
    },
}
