//! Which proposals a module may use.
//!
//! One switch a proposal, by the name that other engines' `-W` flags use. This is a plain set of
//! booleans, not the validator's own type, so that no other crate has to name the validator.

use wasmparser::WasmFeatures;

macro_rules! features {
    ($($(#[$doc:meta])* $field:ident: $name:literal => $flag:ident = $default:expr;)*) => {
        /// The proposals that a module may use.
        ///
        /// The default is everything of WebAssembly 3.0, threads, and the older form of exceptions; proposals beyond are off.
        #[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
        pub struct Features {
            $($(#[$doc])* pub $field: bool,)*
        }

        impl Default for Features {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl Features {
            /// The name of every feature, for help texts and [`Features::set`].
            pub const NAMES: &[&str] = &[$($name),*];

            /// The features of WebAssembly 1.0 alone.
            pub const fn mvp() -> Self {
                Self { $($field: false,)* }
            }

            /// Every feature that there is.
            pub const fn all() -> Self {
                Self { $($field: true,)* }
            }

            fn find(&mut self, name: &str) -> Option<&mut bool> {
                match name {
                    $($name => Some(&mut self.$field),)*
                    _ => None,
                }
            }

            /// The same set as the validator has it.
            pub(crate) fn to_wasmparser(self) -> WasmFeatures {
                // Floats and reference types as such are no proposals here: they are always on.
                let mut flags = WasmFeatures::FLOATS | WasmFeatures::GC_TYPES;
                $(flags.set(WasmFeatures::$flag, self.$field);)*
                flags
            }

            /// Our name of a single flag of the validator.
            pub(crate) fn name_of(flag: WasmFeatures) -> Option<&'static str> {
                $(if flag == WasmFeatures::$flag {
                    return Some($name);
                })*
                None
            }
        }
    };
}

features! {
    /// Import and export of mutable globals.
    mutable_global: "mutable-global" => MUTABLE_GLOBAL = true;
    /// Float to integer conversions that saturate instead of trapping.
    saturating_float_to_int: "saturating-float-to-int" => SATURATING_FLOAT_TO_INT = true;
    /// Sign extension instructions.
    sign_extension: "sign-extension" => SIGN_EXTENSION = true;
    /// Reference types, several tables, and instructions on tables.
    reference_types: "reference-types" => REFERENCE_TYPES = true;
    /// Several results, and blocks with parameters.
    multi_value: "multi-value" => MULTI_VALUE = true;
    /// Bulk memory and table instructions, passive segments.
    bulk_memory: "bulk-memory" => BULK_MEMORY = true;
    /// 128-bit vectors.
    simd: "simd" => SIMD = true;
    /// Vector instructions whose results may depend on the machine.
    relaxed_simd: "relaxed-simd" => RELAXED_SIMD = true;
    /// Shared memories and atomic instructions.
    threads: "threads" => THREADS = true;
    /// Tail calls.
    tail_call: "tail-call" => TAIL_CALL = true;
    /// More than one memory.
    multi_memory: "multi-memory" => MULTI_MEMORY = true;
    /// 64-bit memories and tables.
    memory64: "memory64" => MEMORY64 = true;
    /// Integer arithmetic in constant expressions.
    extended_const: "extended-const" => EXTENDED_CONST = true;
    /// Typed function references.
    function_references: "function-references" => FUNCTION_REFERENCES = true;
    /// Structures, arrays and their types.
    gc: "gc" => GC = true;
    /// Tags and exceptions with `exnref`.
    exceptions: "exceptions" => EXCEPTIONS = true;
    /// The older `try`/`catch`/`delegate` instructions, which most published C++ modules still have.
    legacy_exceptions: "legacy-exceptions" => LEGACY_EXCEPTIONS = true;
    /// Memories with pages of one byte.
    custom_page_sizes: "custom-page-sizes" => CUSTOM_PAGE_SIZES = false;
    /// 128-bit addition, subtraction and multiplication.
    wide_arithmetic: "wide-arithmetic" => WIDE_ARITHMETIC = false;
}

impl Features {
    /// Switches the feature called `name` on or off. Underscores stand for hyphens.
    ///
    /// # Errors
    /// When no feature has that name; the error lists those that there are.
    pub fn set(&mut self, name: &str, enabled: bool) -> Result<(), UnknownFeature> {
        match self.find(&name.replace('_', "-")) {
            Some(feature) => *feature = enabled,
            None => return Err(UnknownFeature { name: name.into() }),
        }
        Ok(())
    }

    /// Whether the feature called `name` is on, or `None` when there is none of that name.
    pub fn get(&self, name: &str) -> Option<bool> {
        let mut copy = *self;
        copy.find(&name.replace('_', "-")).map(|feature| *feature)
    }
}

/// No feature has this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownFeature {
    /// The name that was given.
    pub name: Box<str>,
}

impl std::fmt::Display for UnknownFeature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "unknown feature `{}`; there are: {}",
            self.name,
            Features::NAMES.join(", ")
        )
    }
}

impl std::error::Error for UnknownFeature {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_can_be_set_and_read() {
        let mut features = Features::default();
        for &name in Features::NAMES {
            for enabled in [false, true] {
                features.set(name, enabled).unwrap();
                assert_eq!(features.get(name), Some(enabled), "{name}");
            }
        }
        assert_eq!(features, Features::all());
    }

    #[test]
    fn names_and_flags_belong_together() {
        for &name in Features::NAMES {
            let mut features = Features::mvp();
            let before = features.to_wasmparser();
            features.set(name, true).unwrap();
            let flag = features.to_wasmparser() - before;
            assert_eq!(Features::name_of(flag), Some(name));
        }
    }

    #[test]
    fn unknown_names_list_the_known_ones() {
        let error = Features::default().set("sind", true).unwrap_err();
        assert!(error.to_string().contains("`sind`"));
        assert!(error.to_string().contains("relaxed-simd"));
    }

    #[test]
    fn underscores_stand_for_hyphens() {
        assert_eq!(Features::default().get("custom_page_sizes"), Some(false));
    }
}
