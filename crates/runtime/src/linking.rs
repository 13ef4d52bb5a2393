//! Imports meet what is given for them (§ 4.7.2, the first steps).
//!
//! Everything that does not fit is reported at once, with types, so that a host has to be run
//! only once to learn what a module needs.

use weft_module::{EntityIndex, Import, ImportCounts, ModuleInfo};

use crate::code::Code;
use crate::error::{ImportProblem, InstantiateError, LinkError, Misuse};
use crate::store::{Extern, StoreInner};
use crate::types::ExternType;

/// Finds what is imported by asking `find` for each import, in order.
///
/// # Errors
/// All imports for which it gives nothing, or something of the wrong type.
pub fn resolve(
    store: &StoreInner,
    code: &Code,
    mut find: impl FnMut(&Import) -> Option<Extern>,
) -> Result<Vec<Extern>, InstantiateError> {
    let mut found = Vec::with_capacity(code.info().imports.len());
    let mut problems = Vec::new();
    for import in &code.info().imports {
        let given = find(import);
        problems.extend(check_one(store, code, import, given)?);
        found.extend(given);
    }
    match problems.is_empty() {
        true => Ok(found),
        false => Err(LinkError { problems }.into()),
    }
}

/// Checks that `imports` are what `code` needs, one for each import in order.
///
/// # Errors
/// All that do not match; a misuse when there are fewer or more, or they belong to another store.
pub fn check(store: &StoreInner, code: &Code, imports: &[Extern]) -> Result<(), InstantiateError> {
    let needed = code.info().imports.len();
    if imports.len() != needed {
        return Err(Misuse::Type(format!(
            "the module has {needed} imports, but {} were given",
            imports.len()
        ))
        .into());
    }
    let mut problems = Vec::new();
    for (import, &given) in code.info().imports.iter().zip(imports) {
        problems.extend(check_one(store, code, import, Some(given))?);
    }
    match problems.is_empty() {
        true => Ok(()),
        false => Err(LinkError { problems }.into()),
    }
}

fn check_one(
    store: &StoreInner,
    code: &Code,
    import: &Import,
    given: Option<Extern>,
) -> Result<Option<ImportProblem>, Misuse> {
    let needed = code.types().extern_type(&import.ty);
    let given = given.map(|given| given.ty(store)).transpose()?;
    let registry = store.engine().types();
    match given {
        Some(given) if registry.extern_matches(&given, &needed) => Ok(None),
        given => Ok(Some(ImportProblem {
            module: import.module.clone(),
            name: import.name.clone(),
            expected: registry.describe(&needed),
            found: given.map(|given| registry.describe(&given)),
        })),
    }
}

/// The type of each import of `code`, with canonical ids.
pub fn import_types(code: &Code) -> impl ExactSizeIterator<Item = ExternType> + '_ {
    let types = code.types();
    code.info()
        .imports
        .iter()
        .map(|import| types.extern_type(&import.ty))
}

/// How many of each kind `info` imports: a check on the decoder in debug builds.
pub(crate) fn count_imports(info: &ModuleInfo) -> ImportCounts {
    let mut counts = ImportCounts::default();
    for import in &info.imports {
        *match import.ty {
            weft_module::ExternType::Func(_) => &mut counts.functions,
            weft_module::ExternType::Table(_) => &mut counts.tables,
            weft_module::ExternType::Memory(_) => &mut counts.memories,
            weft_module::ExternType::Global(_) => &mut counts.globals,
            weft_module::ExternType::Tag(_) => &mut counts.tags,
        } += 1;
    }
    debug_assert!(info.types.keys().all(|ty| ty.index() < info.types.len()));
    counts
}
