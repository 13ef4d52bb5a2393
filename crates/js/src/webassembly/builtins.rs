//! Builtins: functions that a module may import by the name of a set, and imported string constants.
//!
//! The set `js-string` adapts the methods of `String`; the algorithms are those of the section "String Builtins".

use std::rc::Rc;

use weft::{
    ArrayRef, ArrayType, Caller, Engine, Extern, ExternRef, ExternType, FieldType, Func, FuncType,
    HeapType, ImportType, Module, Mutability, RefType, Rooted, StorageType, Trap, Val, ValType,
};

use crate::agent::{Agent, AgentRef, HostValue};
use crate::quickjs::{Context, JsResult};

use super::options::CompileOptions;
use super::{errors, imports};

/// The name of the only set that there is, and what modules import it as.
const JS_STRING: (&str, &str) = ("js-string", "wasm:js-string");

/// A builtin function.
pub(super) struct Builtin {
    name: &'static str,
    params: &'static [Type],
    result: Type,
    steps: fn(&mut Caller<'_, AgentRef>, &[Val]) -> weft::Result<Val>,
}

/// The types that builtins have.
#[derive(Copy, Clone)]
enum Type {
    I32,
    /// `externref`
    Extern,
    /// `(ref extern)`
    String,
    /// `(ref null (array (mut i16)))`
    Array,
}

impl Type {
    fn get(self, engine: &Engine) -> weft::Result<ValType> {
        Ok(match self {
            Self::I32 => ValType::I32,
            Self::Extern => ValType::EXTERNREF,
            Self::String => RefType::new(false, HeapType::Extern).into(),
            Self::Array => RefType::new(true, HeapType::ConcreteArray(units_type(engine)?)).into(),
        })
    }
}

/// `(rec (type (array (mut i16)))).0`
fn units_type(engine: &Engine) -> weft::Result<ArrayType> {
    ArrayType::new(engine, FieldType::new(Mutability::Var, StorageType::I16))
}

impl Builtin {
    fn ty(&self, engine: &Engine) -> weft::Result<FuncType> {
        let params = self.params.iter().map(|ty| ty.get(engine));
        let params: Vec<ValType> = params.collect::<weft::Result<_>>()?;
        Ok(FuncType::new(engine, params, [self.result.get(engine)?]))
    }
}

/// A module whose imports do not fit the builtins or string constants that it is compiled with.
#[derive(Debug)]
pub(super) struct Unfit(String);

impl std::fmt::Display for Unfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unfit {}

/// "Find a builtin".
pub(super) fn find_builtin(
    options: &CompileOptions,
    module: &str,
    name: &str,
) -> Option<&'static Builtin> {
    let (set, qualified) = JS_STRING;
    if module != qualified || !options.builtins.iter().any(|name| name == set) {
        return None;
    }
    BUILTINS.iter().find(|builtin| builtin.name == name)
}

/// "Validate builtins and imported string for a WebAssembly module".
pub(super) fn validate(module: &Module, options: &CompileOptions) -> Result<(), Unfit> {
    // Validate builtin set names: no duplicates.
    let mut names = options.builtins.clone();
    names.sort_unstable();
    if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(Unfit(format!(
            "the builtin set '{}' is named twice",
            twice[0]
        )));
    }
    for (index, import) in module.imports().enumerate() {
        let fits = match options.imported_string_constants.as_deref() {
            Some(constants) if constants == import.module() => is_string_constant(&import.ty()),
            _ => match find_builtin(options, import.module(), import.name()) {
                Some(builtin) => fits_builtin(builtin, module.engine(), &import.ty()),
                None => true,
            },
        };
        if !fits {
            return Err(Unfit(format!(
                "Import #{index} {:?} {:?}: the import does not match the builtin's type",
                import.module(),
                import.name()
            )));
        }
    }
    Ok(())
}

/// Whether `global const (ref extern)` matches the import.
fn is_string_constant(ty: &ExternType) -> bool {
    let string: ValType = RefType::new(false, HeapType::Extern).into();
    ty.global()
        .is_some_and(|global| !global.mutability().is_var() && string.matches(global.content()))
}

fn fits_builtin(builtin: &Builtin, engine: &Engine, ty: &ExternType) -> bool {
    ty.func()
        .is_some_and(|wanted| builtin.ty(engine).is_ok_and(|ty| ty.matches(wanted)))
}

/// What the options give for an import, if they do.
pub(super) fn instantiate(
    context: Context<'_>,
    options: &CompileOptions,
    import: &ImportType<'_>,
) -> JsResult<Option<Extern>> {
    let constants = options.imported_string_constants.as_deref();
    if constants == Some(import.module()) {
        return imports::string_constant(context, import.name()).map(Some);
    }
    let Some(builtin) = find_builtin(options, import.module(), import.name()) else {
        return Ok(None);
    };
    // "Create a builtin function".
    let agent = Agent::of(context);
    let func = builtin.ty(&agent.engine).and_then(|ty| {
        agent.with_store(|store| {
            Func::try_new(store, ty, |mut caller, params, results| {
                let result = (builtin.steps)(&mut caller, params)?;
                if let Some(place) = results.first_mut() {
                    *place = result;
                }
                Ok(())
            })
        })
    });
    match func {
        Ok(func) => Ok(Some(func.into())),
        Err(error) => Err(errors::throw(context, None, None, &error)),
    }
}

use Type::{Array, Extern as Any, I32, String as Str};

const BUILTINS: &[Builtin] = &[
    Builtin {
        name: "cast",
        params: &[Any],
        result: Str,
        steps: cast,
    },
    Builtin {
        name: "test",
        params: &[Any],
        result: I32,
        steps: test,
    },
    Builtin {
        name: "fromCharCodeArray",
        params: &[Array, I32, I32],
        result: Str,
        steps: from_char_code_array,
    },
    Builtin {
        name: "intoCharCodeArray",
        params: &[Any, Array, I32],
        result: I32,
        steps: into_char_code_array,
    },
    Builtin {
        name: "fromCharCode",
        params: &[I32],
        result: Str,
        steps: from_char_code,
    },
    Builtin {
        name: "fromCodePoint",
        params: &[I32],
        result: Str,
        steps: from_code_point,
    },
    Builtin {
        name: "charCodeAt",
        params: &[Any, I32],
        result: I32,
        steps: char_code_at,
    },
    Builtin {
        name: "codePointAt",
        params: &[Any, I32],
        result: I32,
        steps: code_point_at,
    },
    Builtin {
        name: "length",
        params: &[Any],
        result: I32,
        steps: length,
    },
    Builtin {
        name: "concat",
        params: &[Any, Any],
        result: Str,
        steps: concat,
    },
    Builtin {
        name: "substring",
        params: &[Any, I32, I32],
        result: Str,
        steps: substring,
    },
    Builtin {
        name: "equals",
        params: &[Any, Any],
        result: I32,
        steps: equals,
    },
    Builtin {
        name: "compare",
        params: &[Any, Any],
        result: I32,
        steps: compare,
    },
];

/// The code units of the string that a parameter is, or `None` if it is none.
fn units(caller: &mut Caller<'_, AgentRef>, value: Val) -> weft::Result<Option<Rc<[u16]>>> {
    let Val::ExternRef(Some(reference)) = value else {
        return Ok(None);
    };
    let data = reference.data(&mut *caller)?;
    let Some(value) = data
        .as_deref()
        .and_then(|data| data.downcast_ref::<HostValue>())
    else {
        return Ok(None);
    };
    let (agent, core) = caller.data().parts();
    Ok(core.enter(|context| agent.values.units(context, value)))
}

/// UnwrapString.
fn unwrap(caller: &mut Caller<'_, AgentRef>, value: Val) -> weft::Result<Rc<[u16]>> {
    units(caller, value)?.ok_or_else(|| Trap::CastFailure.into())
}

/// A string as a value of wasm.
fn string(caller: &mut Caller<'_, AgentRef>, units: &[u16]) -> weft::Result<Val> {
    let (agent, core) = caller.data().parts();
    let kept = core.enter(|context| {
        let string = context.string_utf16(units);
        let string = string.map_err(|thrown| drop(context.catch(thrown)));
        string.map(|string| agent.values.keep(string))
    });
    let kept = kept.map_err(|()| weft::Error::msg("the string is too long"))?;
    let reference: Rooted<ExternRef> = ExternRef::new(&mut *caller, kept)?;
    Ok(reference.into())
}

fn unsigned(value: Val) -> u32 {
    value.i32().unwrap_or_default() as u32
}

fn array(caller: &mut Caller<'_, AgentRef>, value: Val) -> weft::Result<Rooted<ArrayRef>> {
    let any = value.anyref().flatten().ok_or(Trap::NullReference)?;
    any.as_array(&mut *caller)?
        .ok_or_else(|| Trap::CastFailure.into())
}

fn cast(caller: &mut Caller<'_, AgentRef>, params: &[Val]) -> weft::Result<Val> {
    // 1. Return ? UnwrapString(v).
    unwrap(caller, params[0])?;
    Ok(params[0])
}

fn test(caller: &mut Caller<'_, AgentRef>, params: &[Val]) -> weft::Result<Val> {
    Ok(i32::from(units(caller, params[0])?.is_some()).into())
}

fn from_char_code_array(caller: &mut Caller<'_, AgentRef>, params: &[Val]) -> weft::Result<Val> {
    // 1. – 3. The array and its range.
    let array = array(caller, params[0])?;
    let (start, end) = (unsigned(params[1]), unsigned(params[2]));
    if start > end || end > array.len(&mut *caller)? {
        return Err(Trap::ArrayOutOfBounds.into());
    }
    // 4. – 6. The string.
    let units = (start..end)
        .map(|index| Ok(unsigned(array.get(&mut *caller, index)?) as u16))
        .collect::<weft::Result<Vec<_>>>()?;
    string(caller, &units)
}

fn into_char_code_array(caller: &mut Caller<'_, AgentRef>, params: &[Val]) -> weft::Result<Val> {
    // 1. – 5. The array, the string and the range.
    let array = array(caller, params[1])?;
    let units = unwrap(caller, params[0])?;
    let start = unsigned(params[2]);
    let length = array.len(&mut *caller)?;
    if u64::from(start) + units.len() as u64 > u64::from(length) {
        return Err(Trap::ArrayOutOfBounds.into());
    }
    // 6. – 7. The elements.
    for (index, unit) in (start..).zip(units.iter()) {
        array.set(&mut *caller, index, Val::I32(i32::from(*unit)))?;
    }
    Ok((units.len() as i32).into())
}

fn from_char_code(caller: &mut Caller<'_, AgentRef>, params: &[Val]) -> weft::Result<Val> {
    string(caller, &[unsigned(params[0]) as u16])
}

fn from_code_point(caller: &mut Caller<'_, AgentRef>, params: &[Val]) -> weft::Result<Val> {
    // 1. If v > 0x10ffff, trap.
    let point = unsigned(params[0]);
    match char::from_u32(point) {
        Some(point) => string(caller, point.encode_utf16(&mut [0; 2])),
        // A surrogate is a string of its own.
        None if point <= 0xffff => string(caller, &[point as u16]),
        None => Err(Trap::ArrayOutOfBounds.into()),
    }
}

/// The string that the first parameter is, and the index into it that the second is.
fn indexed(caller: &mut Caller<'_, AgentRef>, params: &[Val]) -> weft::Result<(Rc<[u16]>, usize)> {
    let units = unwrap(caller, params[0])?;
    let index = unsigned(params[1]) as usize;
    match index < units.len() {
        true => Ok((units, index)),
        false => Err(Trap::ArrayOutOfBounds.into()),
    }
}

fn char_code_at(caller: &mut Caller<'_, AgentRef>, params: &[Val]) -> weft::Result<Val> {
    let (units, index) = indexed(caller, params)?;
    Ok(i32::from(units[index]).into())
}

fn code_point_at(caller: &mut Caller<'_, AgentRef>, params: &[Val]) -> weft::Result<Val> {
    let (units, index) = indexed(caller, params)?;
    let first = char::decode_utf16(units[index..].iter().copied()).next();
    let point = match first {
        Some(Ok(point)) => point as u32,
        // What is half of a pair stands for itself.
        Some(Err(half)) => u32::from(half.unpaired_surrogate()),
        None => 0,
    };
    Ok(point.into())
}

fn length(caller: &mut Caller<'_, AgentRef>, params: &[Val]) -> weft::Result<Val> {
    Ok((unwrap(caller, params[0])?.len() as i32).into())
}

fn concat(caller: &mut Caller<'_, AgentRef>, params: &[Val]) -> weft::Result<Val> {
    let (first, second) = (unwrap(caller, params[0])?, unwrap(caller, params[1])?);
    string(caller, &[&*first, &*second].concat())
}

fn substring(caller: &mut Caller<'_, AgentRef>, params: &[Val]) -> weft::Result<Val> {
    let units = unwrap(caller, params[0])?;
    let (start, end) = (unsigned(params[1]) as usize, unsigned(params[2]) as usize);
    // 3. If start > end or start > length, return the empty string.
    let part = match start > end || start > units.len() {
        true => &[],
        false => &units[start..end.min(units.len())],
    };
    string(caller, part)
}

/// The string that a parameter is, or null.
fn nullable(caller: &mut Caller<'_, AgentRef>, value: Val) -> weft::Result<Option<Rc<[u16]>>> {
    match value {
        Val::ExternRef(None) => Ok(None),
        value => unwrap(caller, value).map(Some),
    }
}

fn equals(caller: &mut Caller<'_, AgentRef>, params: &[Val]) -> weft::Result<Val> {
    let (first, second) = (nullable(caller, params[0])?, nullable(caller, params[1])?);
    Ok(i32::from(first == second).into())
}

fn compare(caller: &mut Caller<'_, AgentRef>, params: &[Val]) -> weft::Result<Val> {
    let (first, second) = (unwrap(caller, params[0])?, unwrap(caller, params[1])?);
    // IsLessThan compares code units too.
    Ok((first.cmp(&second) as i32).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn string_constants_are_immutable_and_of_a_supertype() {
        let string: ValType = RefType::new(false, HeapType::Extern).into();
        let fits = |content: &ValType, mutability| {
            is_string_constant(&weft::GlobalType::new(content.clone(), mutability).into())
        };
        assert!(fits(&string, Mutability::Const));
        assert!(fits(&ValType::EXTERNREF, Mutability::Const));
        assert!(!fits(&string, Mutability::Var));
        assert!(!fits(&ValType::ANYREF, Mutability::Const));
    }
}
