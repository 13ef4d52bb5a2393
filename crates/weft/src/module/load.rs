//! Where a module's code comes from and goes to: the cache, and artifacts.
//!
//! An artifact says under which features its module was valid and what validation found out, so a
//! module that comes back with its code needs no second validation.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use weft_module::{Bytes, Decoded, Facts, Features, ModuleInfo, TypeIndex};
use weft_runtime::artifact::{Artifact, ArtifactError, Contents};
use weft_runtime::code::Code;
use weft_runtime::compiled::CompiledRef;

use super::{Inner, Module};
use crate::cache::{Cache, Key, Lookup};
use crate::config::LogLevel;
use crate::{Context as _, Engine, Result, Strategy};

/// A module's place in the cache.
pub(super) struct Saved {
    key: Key,
    module_hash: [u8; 32],
    /// How many functions of the module are there, as far as we know.
    stored: AtomicUsize,
}

impl Module {
    pub(super) fn from_bytes(engine: &Engine, bytes: Bytes) -> Result<Self> {
        let Some(cache) = engine.cache_for(&bytes) else {
            let info = weft_module::decode(&bytes, engine.features())?;
            return Self::with_code(engine, Decoded { info, bytes }, None, None);
        };
        let (key, hit) = look_up(engine, cache, &bytes);
        let info = match &hit {
            Some(artifact) => decode_known(&bytes, engine, artifact)?,
            None => weft_module::decode(&bytes, engine.features())?,
        };
        Self::with_code(engine, Decoded { info, bytes }, Some(key), hit)
    }

    pub(super) fn from_decoded(engine: &Engine, decoded: Decoded) -> Result<Self> {
        match engine.cache_for(&decoded.bytes) {
            None => Self::with_code(engine, decoded, None, None),
            Some(cache) => {
                let (key, hit) = look_up(engine, cache, &decoded.bytes);
                Self::with_code(engine, decoded, Some(key), hit)
            }
        }
    }

    fn with_code(
        engine: &Engine,
        decoded: Decoded,
        saved: Option<Saved>,
        hit: Option<Artifact>,
    ) -> Result<Self> {
        let code = Code::new(engine.live(), Arc::new(decoded.info), decoded.bytes)?;
        let mut saved = saved;
        if let (Some(artifact), Some(saved)) = (hit, &mut saved) {
            *saved.stored.get_mut() = artifact.len();
            // SAFETY: the cache directory is ours alone, and the entry is of this module and engine.
            unsafe { code.load(Arc::new(artifact)) }?;
        }
        match engine.strategy() {
            Strategy::Lazy => code.expect_calls(),
            Strategy::Eager => code.compile_all(|| ())?,
        }
        Ok(Self::of(engine, code, saved))
    }

    /// Adds the functions that were compiled since to the module's entry in the engine's cache. It happens by itself
    /// when the last clone of the module is dropped, which `std::process::exit` does not do.
    ///
    /// # Errors
    /// When the cache cannot be written to.
    pub fn save_to_cache(&self) -> Result<()> {
        self.0.save()
    }
}

impl Inner {
    fn save(&self) -> Result<()> {
        let (Some(saved), Some(cache)) = (&self.saved, self.engine.cache()) else {
            return Ok(());
        };
        let compiled = self.code.compiled_count();
        if compiled <= saved.stored.load(Ordering::Relaxed) {
            return Ok(());
        }
        // Another process may have added others meanwhile.
        let present = match cache.lookup(&saved.key, self.engine.fingerprint()) {
            Lookup::Hit(artifact) => Some(artifact),
            Lookup::Miss | Lookup::Damaged(_) => None,
        };
        let bytes = self.encode(None, present.as_ref())?;
        cache.store(&saved.key, &bytes)?;
        saved.stored.store(compiled, Ordering::Relaxed);
        Ok(())
    }

    /// An artifact with what is compiled, and what `more` has beside.
    pub(super) fn encode(&self, wasm: Option<&[u8]>, more: Option<&Artifact>) -> Result<Vec<u8>> {
        let module_hash = match &self.saved {
            Some(saved) => saved.module_hash,
            None => *blake3::hash(self.code.bytes()).as_bytes(),
        };
        let info = self.code.info();
        let facts = encode_facts(self.engine.features(), &info.facts);
        let contents = Contents {
            fingerprint: self.engine.fingerprint(),
            module_hash,
            module: wasm,
            validated: true,
            facts: &facts,
            defined: info.bodies.len() as u32,
            functions: union(self.code.all_compiled(), more),
        };
        Ok(contents.encode()?)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Err(error) = self.save() {
            let log = || format!("compiled code was not cached: {error:#}");
            self.engine.log(LogLevel::Warn, log);
        }
    }
}

fn look_up(engine: &Engine, cache: &Cache, bytes: &[u8]) -> (Saved, Option<Artifact>) {
    let module_hash = *blake3::hash(bytes).as_bytes();
    let key = Key::new(module_hash, engine.fingerprint());
    let hit = match cache.lookup(&key, engine.fingerprint()) {
        Lookup::Hit(artifact) => Some(artifact),
        Lookup::Miss => None,
        Lookup::Damaged(error) => {
            let log = || format!("a code cache entry is not used: {error}");
            engine.log(LogLevel::Warn, log);
            None
        }
    };
    let saved = Saved {
        key,
        module_hash,
        stored: AtomicUsize::new(0),
    };
    (saved, hit)
}

/// The structure of a module whose artifact may say that it is valid.
fn decode_known(bytes: &[u8], engine: &Engine, artifact: &Artifact) -> Result<ModuleInfo> {
    let known = artifact
        .is_validated()
        .then(|| decode_facts(artifact.facts()))
        .flatten();
    match known {
        Some((features, facts)) if features & !feature_bits(engine.features()) == 0 => Ok(
            weft_module::decode_validated(bytes, engine.features(), facts)?,
        ),
        _ => Ok(weft_module::decode(bytes, engine.features())?),
    }
}

/// # Safety
/// The artifact is trusted.
pub(super) unsafe fn from_artifact(engine: &Engine, artifact: Artifact) -> Result<Module> {
    if artifact.module().is_none() {
        return Err(ArtifactError::Incomplete("module in it").into());
    }
    let bytes = Bytes::from_owner(ModuleIn(artifact.clone()));
    let info = decode_known(&bytes, engine, &artifact)
        .context("the module in the precompiled file is not valid for this engine")?;
    let code = Code::new(engine.live(), Arc::new(info), bytes)?;
    // SAFETY: the caller's.
    unsafe { code.load(Arc::new(artifact)) }?;
    Ok(Module::of(engine, code, None))
}

/// The bytes of the module in an artifact.
struct ModuleIn(Artifact);

impl AsRef<[u8]> for ModuleIn {
    fn as_ref(&self) -> &[u8] {
        self.0.module().unwrap_or_default()
    }
}

fn union<'a>(
    mut functions: Vec<CompiledRef<'a>>,
    more: Option<&'a Artifact>,
) -> Vec<CompiledRef<'a>> {
    let known = functions.len();
    for function in more.into_iter().flat_map(Artifact::functions) {
        if functions[..known]
            .binary_search_by_key(&function.func, |f| f.func)
            .is_err()
        {
            functions.push(function);
        }
    }
    functions.sort_by_key(|function| function.func);
    functions
}

/// One bit a feature, in the order of [`Features::NAMES`].
fn feature_bits(features: &Features) -> u64 {
    let bit = |(index, name): (usize, &&str)| u64::from(features.get(name) == Some(true)) << index;
    Features::NAMES.iter().enumerate().map(bit).sum()
}

const CONSTANT_TABLE: u8 = 1;
const FIXED_TABLE: u8 = 2;
const NO_TYPE: u32 = u32::MAX;

/// The features, the number of tables, a byte and a type for each, and a byte for each memory.
fn encode_facts(features: &Features, facts: &Facts) -> Vec<u8> {
    let mut out = feature_bits(features).to_le_bytes().to_vec();
    out.extend((facts.constant_tables.len() as u32).to_le_bytes());
    for (table, &constant) in facts.constant_tables.iter().enumerate() {
        let fixed = facts.fixed_tables[table];
        out.push((u8::from(constant) * CONSTANT_TABLE) | (u8::from(fixed) * FIXED_TABLE));
        let ty = facts.table_types[table].map_or(NO_TYPE, |ty| ty.0);
        out.extend(ty.to_le_bytes());
    }
    out.extend(facts.fixed_memories.iter().map(|&fixed| u8::from(fixed)));
    out
}

fn decode_facts(bytes: &[u8]) -> Option<(u64, Facts)> {
    let (features, rest) = bytes.split_first_chunk::<8>()?;
    let (count, rest) = rest.split_first_chunk::<4>()?;
    let tables_len = (u32::from_le_bytes(*count) as usize).checked_mul(5)?;
    let (tables, memories) = rest.split_at_checked(tables_len)?;
    let mut facts = Facts::default();
    for table in tables.chunks_exact(5) {
        let (&bits, ty) = table.split_first()?;
        let ty = u32::from_le_bytes(ty.try_into().ok()?);
        facts.constant_tables.push(bits & CONSTANT_TABLE != 0);
        facts.fixed_tables.push(bits & FIXED_TABLE != 0);
        facts
            .table_types
            .push((ty != NO_TYPE).then_some(TypeIndex(ty)));
    }
    facts.fixed_memories = memories.iter().map(|&byte| byte != 0).collect();
    Some((u64::from_le_bytes(*features), facts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_survive() {
        let facts = Facts {
            constant_tables: vec![true, false, true],
            fixed_tables: vec![true, true, false],
            table_types: vec![Some(TypeIndex(7)), None, Some(TypeIndex(0))],
            fixed_memories: vec![false, true],
        };
        let features = Features::default();
        let bytes = encode_facts(&features, &facts);
        assert_eq!(decode_facts(&bytes), Some((feature_bits(&features), facts)));
        assert_eq!(decode_facts(&bytes[..20]), None);
    }
}
