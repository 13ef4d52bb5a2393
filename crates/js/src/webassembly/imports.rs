//! "Read the imports".

use weft::{
    Extern, ExternType, FuncType, Global, GlobalType, ImportType, Mutability, RootScope, ValType,
};

use crate::agent::{Agent, Root};
use crate::quickjs::{Context, JsResult, Key, Thrown, Value};

use super::errors::{self, ErrorClass};
use super::function::ExportedFunction;
use super::global;
use super::memory::MemoryObject;
use super::module::ModuleObject;
use super::suspending::{self, SuspendingObject};
use super::table::TableObject;
use super::tag::TagObject;
use super::{builtins, host_function, values};
use crate::idl::Api;

/// `optional object importObject`.
pub(super) fn check_object(api: Api, object: &Value<'_>) -> JsResult<()> {
    match object.is_undefined() || object.is_object() {
        true => Ok(()),
        false => Err(api.type_error(object.context(), "Argument 1 must be an object")),
    }
}

/// An import that is being read.
pub(super) struct Import<'a> {
    api: Api,
    pub(super) index: usize,
    pub(super) ty: &'a ImportType<'a>,
}

/// Imports that have been read, which are kept until the instance has them.
pub(super) struct Imports {
    pub(super) externs: Vec<Extern>,
    _roots: Vec<Root>,
}

/// The imports of `module`, in order.
pub(super) fn read(api: Api, module: &ModuleObject, object: &Value<'_>) -> JsResult<Imports> {
    let context = object.context();
    // 1. If there are imports and importObject is undefined, throw a TypeError.
    if module.module.imports().len() > 0 && object.is_undefined() {
        return Err(api.type_error(
            context,
            "Imports argument must be present and must be an object",
        ));
    }
    read_each(api, context, module, |import, functions| {
        import.read(object, functions)
    })
}

/// The same by `read`, which gets the imports that are no builtins, each with how many functions there are before.
pub(super) fn read_each(
    api: Api,
    context: Context<'_>,
    module: &ModuleObject,
    read: impl Fn(&Import<'_>, u32) -> JsResult<Extern>,
) -> JsResult<Imports> {
    // 6. For each (moduleName, componentName, externtype).
    let mut externs = Vec::new();
    let mut roots = Vec::new();
    let mut functions = 0;
    for (index, ty) in module.module.imports().enumerate() {
        let import = Import {
            api,
            index,
            ty: &ty,
        };
        let found = match builtins::instantiate(context, &module.options, &ty)? {
            Some(builtin) => builtin,
            None => read(&import, functions)?,
        };
        functions += u32::from(matches!(found, Extern::Func(_)));
        roots.push(Agent::of(context).root(found.clone()));
        externs.push(found);
    }
    Ok(Imports {
        externs,
        _roots: roots,
    })
}

impl Import<'_> {
    fn read(&self, object: &Value<'_>, functions: u32) -> JsResult<Extern> {
        let context = object.context();
        // 6.2. Let o be ? Get(importObject, moduleName).
        let namespace = object.get(Key::Name(self.ty.module()))?;
        // 6.3. If o is not an Object, throw a TypeError.
        if !namespace.is_object() {
            let what = match namespace.is_undefined() {
                true => {
                    "module is not an object or function (the import object has no such property)"
                }
                false => "module is not an object or function",
            };
            let message = format!("Import #{} {:?}: {what}", self.index, self.ty.module());
            return Err(self.api.type_error(context, &message));
        }
        // 6.4. Let v be ? Get(o, componentName).
        let value = namespace.get(Key::Name(self.ty.name()))?;
        self.of_value(&value, functions)
    }

    /// The rest of step 6, after `functions` others.
    pub(super) fn of_value(&self, value: &Value<'_>, functions: u32) -> JsResult<Extern> {
        match self.ty.ty() {
            ExternType::Func(ty) => self.function(value, ty, functions),
            ExternType::Global(ty) => self.global(value, &ty),
            ExternType::Memory(_) => match value.downcast::<MemoryObject>() {
                Some(memory) => Ok(memory.memory.to_extern()),
                None => {
                    Err(self.link_error(value, "memory import must be a WebAssembly.Memory object"))
                }
            },
            ExternType::Table(_) => match value.downcast::<TableObject>() {
                Some(table) => Ok((*table.0).into()),
                None => Err(self.link_error(value, "table import requires a WebAssembly.Table")),
            },
            ExternType::Tag(_) => match value.downcast::<TagObject>() {
                Some(tag) => Ok((*tag.0).into()),
                None => Err(self.link_error(value, "tag import requires a WebAssembly.Tag")),
            },
        }
    }

    /// Throws a LinkError. What was given is hinted at as far as no script can notice.
    fn link_error(&self, value: &Value<'_>, what: &str) -> Thrown {
        let hint = match value.is_undefined() {
            true => " (there is no such property, or it is undefined)",
            false => "",
        };
        let message = format!(
            "Import #{} {:?} {:?}: {what}{hint}",
            self.index,
            self.ty.module(),
            self.ty.name()
        );
        ErrorClass::Link.throw(value.context(), &self.api.message(&message))
    }

    /// 6.5. Functions.
    fn function(&self, value: &Value<'_>, ty: FuncType, index: u32) -> JsResult<Extern> {
        // If v has a \[[WrappedFunction]] internal slot, a suspending function.
        if let Some(suspending) = value.downcast::<SuspendingObject>() {
            return Ok(suspending::create(value.context(), suspending, ty, index)?.into());
        }
        // If IsCallable(v) is false, throw a LinkError.
        if !value.is_callable() {
            return Err(self.link_error(value, "function import requires a callable"));
        }
        // If v is an Exported Function, its address.
        if let Some(function) = value.downcast::<ExportedFunction>() {
            return Ok((*function.func).into());
        }
        // Otherwise a host function, whose index is the number of functions before.
        let context = value.context();
        let func = host_function::create(context, value.clone(), ty, index)?;
        Ok(func.into())
    }

    /// 6.6. Globals.
    fn global(&self, value: &Value<'_>, ty: &GlobalType) -> JsResult<Extern> {
        // If v implements Global, its address.
        let context = value.context();
        let throw = |error| errors::throw(context, Some(self.api), None, &error);
        if let Some(global) = global::address(value) {
            return global.map(Extern::from).map_err(throw);
        }
        let content = ty.content();
        let fits = match content {
            ValType::I64 => value.is_bigint(),
            ValType::I32 | ValType::F32 | ValType::F64 => value.is_number(),
            ValType::V128 => false,
            ValType::Ref(_) => values::can_pass(content),
        };
        if !fits {
            let what = match content {
                ValType::I64 => "global import must be a BigInt",
                ValType::V128 => "global import of type v128 must be a WebAssembly.Global object",
                _ => {
                    "global import must be a number, valid Wasm reference, or WebAssembly.Global object"
                }
            };
            return Err(self.link_error(value, what));
        }
        // If ToWebAssemblyValue throws a TypeError, throw a LinkError.
        let coerced = values::to_wasm(value, content).map_err(|thrown| {
            drop(context.catch(thrown));
            self.link_error(
                value,
                &format!("global import must be a value of type {content}"),
            )
        })?;
        // global_alloc of a constant.
        let global = Agent::of(context).with_store(|store| {
            let mut scope = RootScope::new(store);
            let value = coerced.into_val(&mut scope, content)?;
            let ty = GlobalType::new(content.clone(), Mutability::Const);
            Global::new(&mut scope, ty, value)
        });
        global.map(Extern::from).map_err(throw)
    }
}

/// A constant global with a string, for imported string constants.
pub(super) fn string_constant(context: Context<'_>, text: &str) -> JsResult<Extern> {
    let content = ValType::Ref(weft::RefType::new(false, weft::HeapType::Extern));
    let coerced = values::to_wasm(&context.string(text)?, &content)?;
    let global = Agent::of(context).with_store(|store| {
        let mut scope = RootScope::new(store);
        let value = coerced.into_val(&mut scope, &content)?;
        Global::new(
            &mut scope,
            GlobalType::new(content, Mutability::Const),
            value,
        )
    });
    match global {
        Ok(global) => Ok(global.into()),
        Err(error) => Err(errors::throw(context, None, None, &error)),
    }
}
