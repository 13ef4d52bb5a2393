//! Web IDL: interfaces, dictionaries, enumerations, and addresses.

use crate::quickjs::{Attributes, Call, CallKind, Class, Context, JsResult, Key, Thrown, Value};

use crate::agent::Agent;

/// An interface on its way into the namespace (Web IDL § 3.7).
pub(crate) struct Interface<'js> {
    constructor: Value<'js>,
    pub(crate) prototype: Value<'js>,
}

impl<'js> Interface<'js> {
    /// An interface with a constructor of so many required arguments. The name may be qualified by a namespace.
    pub(crate) fn new<F>(
        context: Context<'js>,
        name: &str,
        length: i32,
        construct: F,
    ) -> JsResult<Self>
    where
        F: for<'a> Fn(&Call<'a>) -> JsResult<Value<'a>> + Copy + 'static,
    {
        let own = name.rsplit('.').next().unwrap_or(name);
        let constructor = context.function(own, length, CallKind::Constructor, construct)?;
        let prototype = context.object()?;
        link(&constructor, &prototype)?;
        to_string_tag(&prototype, name)?;
        Ok(Self {
            constructor,
            prototype,
        })
    }

    /// A regular operation.
    pub(crate) fn method<F>(self, name: &str, length: i32, operation: F) -> JsResult<Self>
    where
        F: for<'a> Fn(&Call<'a>) -> JsResult<Value<'a>> + Copy + 'static,
    {
        define_operation(&self.prototype, name, length, operation)?;
        Ok(self)
    }

    /// A static operation.
    pub(crate) fn static_method<F>(self, name: &str, length: i32, operation: F) -> JsResult<Self>
    where
        F: for<'a> Fn(&Call<'a>) -> JsResult<Value<'a>> + Copy + 'static,
    {
        define_operation(&self.constructor, name, length, operation)?;
        Ok(self)
    }

    /// A read-only attribute.
    pub(crate) fn getter<F>(self, name: &str, get: F) -> JsResult<Self>
    where
        F: for<'a> Fn(&Call<'a>) -> JsResult<Value<'a>> + Copy + 'static,
    {
        define_getter(&self.prototype, name, get)?;
        Ok(self)
    }

    /// An attribute that can be set.
    pub(crate) fn attribute<G, S>(self, name: &str, get: G, set: S) -> JsResult<Self>
    where
        G: for<'a> Fn(&Call<'a>) -> JsResult<Value<'a>> + Copy + 'static,
        S: for<'a> Fn(&Call<'a>) -> JsResult<Value<'a>> + Copy + 'static,
    {
        let context = self.prototype.context();
        let get = context.function(&format!("get {name}"), 0, CallKind::Function, get)?;
        let set = context.function(&format!("set {name}"), 1, CallKind::Function, set)?;
        self.prototype
            .define_accessor(Key::Name(name), &get, &set, Attributes::ATTRIBUTE)?;
        Ok(self)
    }

    /// Makes it inherit from another class.
    pub(crate) fn inherit(
        self,
        constructor: &Value<'js>,
        prototype: &Value<'js>,
    ) -> JsResult<Self> {
        self.constructor.set_prototype(constructor)?;
        self.prototype.set_prototype(prototype)?;
        Ok(self)
    }

    /// Puts it into the namespace; the prototype is what instances have.
    pub(crate) fn install(self, namespace: &Value<'js>, name: &str) -> JsResult<Value<'js>> {
        namespace.define(Key::Name(name), self.constructor, Attributes::METHOD)?;
        Ok(self.prototype)
    }
}

/// Makes constructor and prototype know each other.
pub(crate) fn link<'js>(constructor: &Value<'js>, prototype: &Value<'js>) -> JsResult<()> {
    constructor.define(Key::Name("prototype"), prototype.clone(), Attributes::NONE)?;
    prototype.define(
        Key::Name("constructor"),
        constructor.clone(),
        Attributes::METHOD,
    )
}

/// Defines `@@toStringTag`.
pub(crate) fn to_string_tag(object: &Value<'_>, tag: &str) -> JsResult<()> {
    let context = object.context();
    let symbol = context.global().get(Key::Name("Symbol"))?;
    let symbol = symbol.get(Key::Name("toStringTag"))?;
    let tag = context.string(tag)?;
    object.define(Key::Value(&symbol), tag, Attributes::CONFIGURABLE)
}

/// Defines an operation on an object.
pub(crate) fn define_operation<F>(
    object: &Value<'_>,
    name: &str,
    length: i32,
    operation: F,
) -> JsResult<()>
where
    F: for<'a> Fn(&Call<'a>) -> JsResult<Value<'a>> + Copy + 'static,
{
    let function = object
        .context()
        .function(name, length, CallKind::Function, operation)?;
    object.define(Key::Name(name), function, Attributes::ALL)
}

/// Defines a read-only attribute on an object.
pub(crate) fn define_getter<F>(object: &Value<'_>, name: &str, get: F) -> JsResult<()>
where
    F: for<'a> Fn(&Call<'a>) -> JsResult<Value<'a>> + Copy + 'static,
{
    let context = object.context();
    let get = context.function(&format!("get {name}"), 0, CallKind::Function, get)?;
    let none = context.undefined();
    object.define_accessor(Key::Name(name), &get, &none, Attributes::ATTRIBUTE)
}

/// What an operation is called in messages, which begin as V8's do.
#[derive(Copy, Clone)]
pub(crate) struct Api(pub(crate) &'static str);

impl Api {
    /// Throws a `TypeError`.
    pub(crate) fn type_error(self, context: Context<'_>, message: &str) -> Thrown {
        context.throw_type(&self.message(message))
    }

    /// Throws a `RangeError`.
    pub(crate) fn range_error(self, context: Context<'_>, message: &str) -> Thrown {
        context.throw_range(&self.message(message))
    }

    /// A message with the operation's name before it.
    pub(crate) fn message(self, message: &str) -> String {
        format!("{}: {message}", self.0)
    }

    /// What `this` holds, which must be an instance of the interface.
    pub(crate) fn receiver<'c, T: Class>(self, call: &'c Call<'_>) -> JsResult<&'c T> {
        call.this().downcast::<T>().ok_or_else(|| {
            let name = T::NAME.to_string_lossy();
            self.type_error(call.context(), &format!("Receiver is not a {name}"))
        })
    }

    /// Demands so many arguments.
    pub(crate) fn require(self, call: &Call<'_>, count: usize) -> JsResult<()> {
        match call.count() >= count {
            true => Ok(()),
            false => Err(self.type_error(
                call.context(),
                &format!(
                    "{count} argument{} required, but only {} present",
                    if count == 1 { "" } else { "s" },
                    call.count()
                ),
            )),
        }
    }

    /// A dictionary argument that has required members: an object.
    pub(crate) fn dictionary(self, value: &Value<'_>, what: &str) -> JsResult<()> {
        match value.is_object() {
            true => Ok(()),
            false => Err(self.type_error(
                value.context(),
                &format!("Argument 0 must be a {what} descriptor"),
            )),
        }
    }

    /// A member of a dictionary, or `None` where it is undefined.
    pub(crate) fn member<'js>(
        self,
        dictionary: &Value<'js>,
        name: &str,
    ) -> JsResult<Option<Value<'js>>> {
        let value = dictionary.get(Key::Name(name))?;
        Ok((!value.is_undefined()).then_some(value))
    }

    /// A member of a dictionary that must be there.
    pub(crate) fn required<'js>(self, dictionary: &Value<'js>, name: &str) -> JsResult<Value<'js>> {
        self.member(dictionary, name)?.ok_or_else(|| {
            self.type_error(
                dictionary.context(),
                &format!("Property '{name}' is required"),
            )
        })
    }

    /// The member `address` of a descriptor (the enumeration AddressType).
    pub(crate) fn address_type(self, descriptor: &Value<'_>) -> JsResult<Address> {
        let Some(value) = self.member(descriptor, "address")? else {
            return Ok(Address::I32);
        };
        match value.to_text()?.as_str() {
            "i32" => Ok(Address::I32),
            "i64" => Ok(Address::I64),
            other => Err(self.type_error(
                descriptor.context(),
                &format!("Unknown address type '{other}'; pass 'i32' or 'i64'"),
            )),
        }
    }

    /// The members `initial` and `maximum` of a descriptor.
    pub(crate) fn limits(
        self,
        descriptor: &Value<'_>,
        address: Address,
    ) -> JsResult<(u64, Option<u64>)> {
        let initial = self.required(descriptor, "initial")?;
        let initial = self.address(&initial, address, "Property 'initial'")?;
        let maximum = self.member(descriptor, "maximum")?;
        let maximum = maximum.map(|value| self.address(&value, address, "Property 'maximum'"));
        Ok((initial, maximum.transpose()?))
    }

    /// AddressValueToU64.
    pub(crate) fn address(self, value: &Value<'_>, ty: Address, what: &str) -> JsResult<u64> {
        match ty {
            // 1. If addrtype is "i32": ConvertToInt(v, 32, "unsigned") with [EnforceRange].
            Address::I32 => self.enforce_u32(value, what).map(u64::from),
            // 2. If addrtype is "i64": ToBigInt(v), within range.
            Address::I64 => self.enforce_u64(value, what),
        }
    }

    /// `[EnforceRange] unsigned long` (Web IDL § 3.2.4).
    pub(crate) fn enforce_u32(self, value: &Value<'_>, what: &str) -> JsResult<u32> {
        let number = value.to_number()?;
        let whole = number.trunc();
        if whole >= 0.0 && whole <= f64::from(u32::MAX) {
            return Ok(whole as u32);
        }
        let message = match number.is_finite() {
            true => format!("{what}: {number} is beyond the range of a 32-bit address"),
            false => format!("{what} must be convertible to a valid number"),
        };
        Err(self.type_error(value.context(), &message))
    }

    fn enforce_u64(self, value: &Value<'_>, what: &str) -> JsResult<u64> {
        let context = value.context();
        // ToBigInt is what BigInt.asIntN begins with, and so many bits change nothing.
        let bits = context.number(9_007_199_254_740_991.0);
        let as_int = Agent::of(context)
            .realm()
            .language
            .bigint_as_int
            .get(context);
        let integer = as_int.call(&context.undefined(), &[bits, value.clone()])?;
        let number = integer.to_bigint64()? as u64;
        match context.bigint_unsigned(number)?.is_same(&integer) {
            true => Ok(number),
            false => Err(self.type_error(
                context,
                &format!("{what}: beyond the range of a 64-bit address"),
            )),
        }
    }
}

/// The enumeration AddressType.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Address {
    I32,
    I64,
}

impl Address {
    /// That of a memory or table.
    pub(crate) fn of(is_64: bool) -> Self {
        if is_64 { Self::I64 } else { Self::I32 }
    }

    /// U64ToAddressValue.
    pub(crate) fn value<'js>(self, context: Context<'js>, value: u64) -> JsResult<Value<'js>> {
        match self {
            Self::I32 => Ok(context.number(value as f64)),
            Self::I64 => context.bigint_unsigned(value),
        }
    }
}

/// A sequence (Web IDL § 3.2.21): the items of an iterable object.
pub(crate) fn sequence<'js>(api: Api, value: &Value<'js>, what: &str) -> JsResult<Vec<Value<'js>>> {
    let context = value.context();
    if !value.is_object() {
        return Err(api.type_error(context, &format!("{what} must be iterable")));
    }
    // 2. Let method be ? GetMethod(V, %Symbol.iterator%).
    let symbol = Agent::of(context).realm().language.iterator.get(context);
    let method = value.get(Key::Value(&symbol))?;
    // 3. If method is undefined, throw a TypeError.
    if !method.is_callable() {
        return Err(api.type_error(context, &format!("{what} must be iterable")));
    }
    iterate(api, value, &method, what)
}

/// `IteratorToList` of what `method` gives for `object`.
pub(crate) fn iterate<'js>(
    api: Api,
    object: &Value<'js>,
    method: &Value<'js>,
    what: &str,
) -> JsResult<Vec<Value<'js>>> {
    let context = object.context();
    let iterator = method.call(object, &[])?;
    if !iterator.is_object() {
        return Err(api.type_error(context, &format!("{what} must be iterable")));
    }
    let next = iterator.get(Key::Name("next"))?;
    let mut items = Vec::new();
    loop {
        let result = next.call(&iterator, &[])?;
        if !result.is_object() {
            return Err(api.type_error(context, "the iterator's result is not an object"));
        }
        if result.get(Key::Name("done"))?.to_boolean() {
            return Ok(items);
        }
        if items.len() == MOST_ITEMS {
            return Err(api.type_error(context, &format!("{what} has too many items")));
        }
        items.push(result.get(Key::Name("value"))?);
    }
}

/// How many items are looked at before a sequence is refused: parameters, results and payloads are 1000 at most, and sets of builtins
/// fewer. An iterator that never ends would fill memory that no heap of JavaScript counts.
const MOST_ITEMS: usize = 1 << 16;

/// The items of an array that a script of ours has made.
pub(crate) fn items<'js>(array: &Value<'js>) -> JsResult<Vec<Value<'js>>> {
    if !array.is_array() {
        return Ok(Vec::new());
    }
    let length = array.get(Key::Name("length"))?.to_number()? as u32;
    (0..length)
        .map(|index| array.get(Key::Index(index)))
        .collect()
}
