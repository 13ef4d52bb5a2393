//! What an engine did with a case, in terms that are the same for every engine.

/// A value with all its bits. Of other than internal references only whether they are null is known.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Value {
    I32(u32),
    I64(u64),
    F32(u32),
    F64(u64),
    V128(u128),
    Func { null: bool },
    Extern { null: bool },
    Exn { null: bool },
    Any(Internal),
}

/// An internal reference, with what the host can see of the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Internal {
    /// Null.
    Null,
    /// A small integer, with its 31 bits.
    Integer(u32),
    /// A structure and its fields.
    Struct(Vec<Value>),
    /// An array and its elements.
    Array(Vec<Value>),
    /// A reference that came from outside, or an object too deep within others.
    Other,
}

/// Why wasm was stopped, as far as the specification tells reasons apart.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Trap {
    Unreachable,
    Memory,
    /// A table access or an indirect call beyond its end.
    Table,
    NullFunction,
    Signature,
    IntegerOverflow,
    DivideByZero,
    BadConversion,
    NullReference,
    Cast,
    Array,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With these results.
    Returned(Vec<Value>),
    /// With a trap.
    Trapped(Trap),
    /// With an exception that carries this.
    Threw(Vec<Value>),
    /// For a reason that the specification leaves open.
    Exhausted,
}

/// What an engine did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// How instantiation ended, then each call, up to the first that was exhausted.
    pub endings: Vec<Ending>,
    /// The arguments of each call of a host function.
    pub host_calls: Vec<Vec<Value>>,
    /// Exported memories, by name.
    pub memories: Vec<(String, Vec<u8>)>,
    /// Exported globals, by name.
    pub globals: Vec<(String, Value)>,
    /// The sizes of exported tables, by name.
    pub tables: Vec<(String, u64)>,
}

impl Record {
    /// Whether the engine was stopped for a reason of its own.
    fn is_exhausted(&self) -> bool {
        self.endings.last() == Some(&Ending::Exhausted)
    }

    /// Whether `other` did the same, as far as both went.
    ///
    /// # Errors
    /// Says what differs first.
    pub fn agrees(&self, other: &Self) -> Result<(), String> {
        for (step, (ours, theirs)) in self.endings.iter().zip(&other.endings).enumerate() {
            if *ours == Ending::Exhausted || *theirs == Ending::Exhausted {
                return Ok(());
            }
            same(&format!("the ending of step {step}"), ours, theirs)?;
        }
        if self.is_exhausted() || other.is_exhausted() {
            return Ok(());
        }
        same(
            "the number of steps",
            &self.endings.len(),
            &other.endings.len(),
        )?;
        same(
            "what host functions saw",
            &self.host_calls,
            &other.host_calls,
        )?;
        same("globals", &self.globals, &other.globals)?;
        same("table sizes", &self.tables, &other.tables)?;
        for (ours, theirs) in self.memories.iter().zip(&other.memories) {
            same_memory(ours, theirs)?;
        }
        same(
            "the number of memories",
            &self.memories.len(),
            &other.memories.len(),
        )
    }
}

fn same<T: PartialEq + std::fmt::Debug>(
    what: &str,
    expected: &T,
    actual: &T,
) -> Result<(), String> {
    if expected == actual {
        return Ok(());
    }
    Err(format!("{what} should be {expected:?} and is {actual:?}"))
}

fn same_memory(expected: &(String, Vec<u8>), actual: &(String, Vec<u8>)) -> Result<(), String> {
    let what = |more: &str| format!("memory {:?}: its {more}", expected.0);
    same(&what("name"), &expected.0, &actual.0)?;
    same(&what("size"), &expected.1.len(), &actual.1.len())?;
    match expected.1.iter().zip(&actual.1).position(|(a, b)| a != b) {
        None => Ok(()),
        Some(at) => same(&what(&format!("byte {at}")), &expected.1[at], &actual.1[at]),
    }
}

/// What every host function gives for `arguments`: bits that depend on all of them, and no NaN.
pub(super) fn host_result(arguments: &[Value]) -> u128 {
    let mut bits = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128;
    for argument in arguments {
        let value = match *argument {
            Value::I32(value) | Value::F32(value) => value.into(),
            Value::I64(value) | Value::F64(value) => value.into(),
            Value::V128(value) => value,
            Value::Func { null } | Value::Extern { null } | Value::Exn { null } => null.into(),
            Value::Any(ref reference) => (*reference == Internal::Null).into(),
        };
        bits = (bits ^ value).wrapping_mul(0x0100_0000_0000_0000_0000_013b);
    }
    // The top exponent bit of each float that may be read from this is clear.
    bits & !0x4000_0000_4000_0000_4000_0000_4000_0000
}
