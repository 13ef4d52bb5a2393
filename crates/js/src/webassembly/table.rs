//! `WebAssembly.Table`.

use std::ffi::CStr;

use weft::{Ref, RefType, RootScope, Table, TableType, ValType};

use crate::agent::{Agent, Pinned, cost};
use crate::quickjs::{Call, Class, Context, JsResult, Trace, Tracer, Value};

use super::errors;
use super::values::{self, Coerced, Given};
use crate::idl::{Address, Api, Interface};

/// The most elements a table may have ("Implementation-defined Limits").
const MAX_SIZE: u64 = 10_000_000;

/// \[[Table]].
pub(super) struct TableObject(pub(super) Pinned<Table>);

// SAFETY: it holds nothing of JavaScript but by what it pins.
unsafe impl Trace for TableObject {
    fn trace(&self, tracer: &mut Tracer) {
        self.0.trace(tracer);
    }
}

impl Class for TableObject {
    const NAME: &'static CStr = c"WebAssembly.Table";
}

pub(super) fn interface(context: Context<'_>) -> JsResult<Interface<'_>> {
    Interface::new(context, "WebAssembly.Table", 1, construct)?
        .method("grow", 1, grow)?
        .method("get", 1, get)?
        .method("set", 1, set)?
        .getter("length", length)
}

/// `new Table(descriptor, value)`.
fn construct<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    const API: Api = Api("WebAssembly.Table()");
    let context = call.context();
    API.require(call, 1)?;
    let descriptor = call.argument(0);
    API.dictionary(&descriptor, "table")?;
    // 1. – 6. The type.
    // Web IDL would read `address` first; the specification's suite and all browsers begin with `element`.
    let element = API.required(&descriptor, "element")?;
    let element = element_type(API, &element)?;
    let address = API.address_type(&descriptor)?;
    let (initial, maximum) = API.limits(&descriptor, address)?;
    // 7. If type is not valid, throw a RangeError.
    if maximum.is_some_and(|maximum| maximum < initial) {
        return Err(API.range_error(
            context,
            "Property 'maximum': value is below the lower bound 'initial'",
        ));
    }
    if initial > MAX_SIZE {
        return Err(API.range_error(
            context,
            &format!("Property 'initial': value {initial} is above the upper bound {MAX_SIZE}"),
        ));
    }
    // 8. – 9. The initial value.
    let content = ValType::Ref(element.clone());
    let value = match call.argument(1).is_undefined() {
        true => values::default_value(context, &content)?,
        false => Some(values::to_wasm(&call.argument(1), &content)?),
    };
    let Some(value) = value else {
        return Err(API.type_error(context, "the element type has no default value"));
    };
    // 11. table_alloc.
    let agent = Agent::of(context);
    agent.collect_if_due(context);
    let table = agent.with_store(|store| {
        let mut scope = RootScope::new(store);
        let value = into_ref(value, &mut scope, &content)?;
        Table::new(
            &mut scope,
            table_type(element, address, initial, maximum),
            value,
        )
    });
    let table = table.map_err(|error| errors::throw(context, Some(API), None, &error))?;
    // 13. Initialize this.
    let realm = agent.realm();
    let prototype = context.prototype_for(call.this(), &realm.classes.table)?;
    initialize(agent, &prototype, table)
}

/// The enumeration TableKind.
fn element_type(api: Api, name: &Value<'_>) -> JsResult<RefType> {
    match name.to_text()?.as_str() {
        "anyfunc" => Ok(RefType::FUNCREF),
        "externref" => Ok(RefType::EXTERNREF),
        other => Err(api.type_error(
            name.context(),
            &format!("Descriptor property 'element': '{other}' is not a type of references; pass 'anyfunc' or 'externref'"),
        )),
    }
}

fn table_type(element: RefType, address: Address, min: u64, max: Option<u64>) -> TableType {
    match address {
        Address::I64 => TableType::new64(element, min, max),
        // Both have been converted as 32-bit addresses.
        Address::I32 => TableType::new(element, min as u32, max.map(|max| max as u32)),
    }
}

/// The argument at `index`, or the type's default if it is missing.
fn value_or_default(api: Api, call: &Call<'_>, index: usize, ty: &ValType) -> JsResult<Coerced> {
    if call.count() > index {
        return values::to_wasm(&call.argument(index), ty);
    }
    let default = values::default_value(call.context(), ty)?;
    default.ok_or_else(|| api.type_error(call.context(), "the element type has no default value"))
}

fn into_ref(value: Coerced, store: impl weft::AsContextMut, ty: &ValType) -> weft::Result<Ref> {
    let value = value.into_val(store, ty)?;
    value
        .ref_()
        .ok_or_else(|| weft::Error::msg("a table holds references"))
}

fn initialize<'js>(agent: &Agent, prototype: &Value<'js>, table: Table) -> JsResult<Value<'js>> {
    let tables = &agent.identities.tables;
    let pinned = agent.pin(table, cost::TABLE);
    prototype
        .context()
        .instance_of_key(prototype, tables, table, TableObject(pinned))
}

/// "Create a table object".
pub(super) fn wrap<'js>(context: Context<'js>, table: Table) -> JsResult<Value<'js>> {
    let agent = Agent::of(context);
    if let Some(found) = agent.identities.tables.get(context, table) {
        return Ok(found);
    }
    let prototype = agent.realm().classes.table.get(context);
    initialize(agent, &prototype, table)
}

/// The table that `this` is, and its type.
fn receiver(api: Api, call: &Call<'_>) -> JsResult<(Table, TableType)> {
    let table = *api.receiver::<TableObject>(call)?.0;
    let ty = Agent::of(call.context()).with_store(|store| table.ty(store));
    Ok((table, ty))
}

/// `grow(delta, value)`.
fn grow<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    const API: Api = Api("WebAssembly.Table.grow()");
    let context = call.context();
    let (table, ty) = receiver(API, call)?;
    API.require(call, 1)?;
    let address = Address::of(ty.is_64());
    let content = ValType::Ref(ty.element().clone());
    // 5. Let delta64 be ? AddressValueToU64(delta, addrtype).
    let delta = API.address(&call.argument(0), address, "Argument 0")?;
    // 6. – 7. The value of new elements.
    let value = value_or_default(API, call, 1, &content)?;
    // 8. – 9. table_grow.
    let grown = Agent::of(context).with_store(|store| {
        let mut scope = RootScope::new(store);
        let size = table.size(&scope);
        if size.saturating_add(delta) > MAX_SIZE {
            return Ok(None);
        }
        let value = into_ref(value, &mut scope, &content)?;
        Ok(table.grow(&mut scope, delta, value).ok())
    });
    match grown.map_err(|error| errors::throw(context, Some(API), None, &error))? {
        // 11. Return U64ToAddressValue(initialSize, addrtype).
        Some(old) => address.value(context, old),
        None => Err(API.range_error(context, &format!("failed to grow table by {delta}"))),
    }
}

/// `length`.
fn length<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let (table, ty) = receiver(Api("WebAssembly.Table.length"), call)?;
    let context = call.context();
    let size = Agent::of(context).with_store(|store| table.size(store));
    Address::of(ty.is_64()).value(context, size)
}

/// `get(index)`.
fn get<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    const API: Api = Api("WebAssembly.Table.get()");
    let context = call.context();
    let (table, ty) = receiver(API, call)?;
    API.require(call, 1)?;
    // 4. If elementtype matches exnref, throw a TypeError.
    if !values::can_pass(&ValType::Ref(ty.element().clone())) {
        return Err(API.type_error(context, "elements of this type cannot pass"));
    }
    // 5. Let index64 be ? AddressValueToU64(index, addrtype).
    let index = API.address(&call.argument(0), Address::of(ty.is_64()), "Argument 0")?;
    // 6. – 8. table_read.
    let element = Agent::of(context).with_store(|store| {
        let mut scope = RootScope::new(store);
        match table.get(&mut scope, index) {
            Some(element) => Given::new(&mut scope, element.into()).map(Some),
            None => Ok(None),
        }
    });
    match element.map_err(|error| errors::throw(context, Some(API), None, &error))? {
        Some(element) => element.to_js(context),
        None => Err(out_of_bounds(API, context, table, index)),
    }
}

/// `set(index, value)`.
fn set<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    const API: Api = Api("WebAssembly.Table.set()");
    let context = call.context();
    let (table, ty) = receiver(API, call)?;
    API.require(call, 1)?;
    let content = ValType::Ref(ty.element().clone());
    // 4. If elementtype matches exnref, throw a TypeError.
    if !values::can_pass(&content) {
        return Err(API.type_error(context, "elements of this type cannot pass"));
    }
    // 5. Let index64 be ? AddressValueToU64(index, addrtype).
    let index = API.address(&call.argument(0), Address::of(ty.is_64()), "Argument 0")?;
    // 6. – 7. The value.
    let value = value_or_default(API, call, 1, &content)?;
    // 8. – 9. table_write.
    let written = Agent::of(context).with_store(|store| {
        let mut scope = RootScope::new(store);
        if index >= table.size(&scope) {
            return Ok(false);
        }
        let value = into_ref(value, &mut scope, &content)?;
        table.set(&mut scope, index, value).map(|()| true)
    });
    match written.map_err(|error| errors::throw(context, Some(API), None, &error))? {
        true => Ok(context.undefined()),
        false => Err(out_of_bounds(API, context, table, index)),
    }
}

fn out_of_bounds(
    api: Api,
    context: Context<'_>,
    table: Table,
    index: u64,
) -> crate::quickjs::Thrown {
    let size = Agent::of(context).with_store(|store| table.size(store));
    api.range_error(
        context,
        &format!("invalid address {index} in a table of size {size}"),
    )
}
