//! Why execution stops.

macro_rules! traps {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $message:literal;)*) => {
        /// A trap (§ 4.2.4), or another reason for which the engine ends a computation.
        ///
        /// The number is what compiled code and artifacts carry; it is never zero.
        #[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
        #[repr(u8)]
        #[non_exhaustive]
        pub enum TrapKind {
            $($(#[$doc])* $name = $code,)*
        }

        impl TrapKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The kind whose number is `code`.
            pub fn from_code(code: u8) -> Option<Self> {
                match code {
                    $($code => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// The words of the specification's test suite for it.
            pub fn message(self) -> &'static str {
                match self {
                    $(Self::$name => $message,)*
                }
            }
        }
    };
}

traps! {
    /// The `unreachable` instruction.
    Unreachable = 1, "unreachable";
    /// A memory access beyond its size.
    MemoryOutOfBounds = 2, "out of bounds memory access";
    /// A table access beyond its size.
    TableOutOfBounds = 3, "out of bounds table access";
    /// `call_indirect` beyond the table's size.
    UndefinedElement = 4, "undefined element";
    /// `call_indirect` through a null slot.
    UninitializedElement = 5, "uninitialized element";
    /// `call_indirect` of a function of another type.
    IndirectCallTypeMismatch = 6, "indirect call type mismatch";
    /// Signed division whose quotient is too large.
    IntegerOverflow = 7, "integer overflow";
    /// Division by zero.
    IntegerDivideByZero = 8, "integer divide by zero";
    /// A float that has no integer of the target type.
    InvalidConversionToInteger = 9, "invalid conversion to integer";
    /// A null reference where none is allowed.
    NullReference = 10, "null reference";
    /// `call_ref` of null.
    NullFunctionReference = 11, "null function reference";
    /// A failed cast.
    CastFailure = 12, "cast failure";
    /// An array access beyond its length.
    ArrayOutOfBounds = 13, "out of bounds array access";
    /// An atomic access at an address that is not a multiple of its size.
    UnalignedAtomic = 14, "unaligned atomic";
    /// An atomic wait on a memory that is not shared.
    ExpectedSharedMemory = 15, "expected shared memory";
    /// The call stack, of wasm or of the host, is used up.
    StackExhausted = 16, "call stack exhausted";
    /// The fuel given to the store is used up.
    OutOfFuel = 17, "all fuel consumed";
    /// The host asked for an end, or a deadline passed.
    Interrupted = 18, "interrupted";
    /// Memory, code space or a limit of the host is used up.
    ResourceExhausted = 19, "resource exhausted";
    /// An atomic wait on a thread that must not block.
    CannotWait = 20, "atomic wait on a thread that must not block";
}

impl std::fmt::Display for TrapKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.message())
    }
}

impl std::error::Error for TrapKind {}
