//! WebAssemblyCompileOptions.

use crate::quickjs::{JsResult, Key, Value};

use crate::idl::{self, Api};

/// The options of a compilation.
#[derive(Clone, Default)]
pub(super) struct CompileOptions {
    /// Names of builtin sets, without their prefix.
    pub(super) builtins: Vec<String>,
    /// The module that string constants are imported from.
    pub(super) imported_string_constants: Option<String>,
}

impl CompileOptions {
    /// The dictionary that `value` is.
    pub(super) fn new(api: Api, value: &Value<'_>) -> JsResult<Self> {
        if value.is_undefined() || value.is_null() {
            return Ok(Self::default());
        }
        if !value.is_object() {
            return Err(api.type_error(value.context(), "the compile options are not an object"));
        }
        let mut options = Self::default();
        if let Some(names) = api.member(value, "builtins")? {
            let names = idl::sequence(api, &names, "Property 'builtins'")?;
            options.builtins = names.iter().map(Value::to_text).collect::<JsResult<_>>()?;
        }
        let constants = value.get(Key::Name("importedStringConstants"))?;
        if !constants.is_undefined() && !constants.is_null() {
            options.imported_string_constants = Some(constants.to_text()?);
        }
        Ok(options)
    }
}
