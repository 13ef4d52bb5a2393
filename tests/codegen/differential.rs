//! Generated modules do the same in Weft as in an interpreter, for a second; what once failed, always.

use std::time::{Duration, Instant};

use arbitrary::Unstructured;
use weft_module::{CompositeType, Features, ModuleInfo, decode};
use weft_tests::differential::{self, Case};

/// The same modules in every run, so that a failure is no accident of one machine or day.
struct Random(u64);

impl Random {
    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count.div_ceil(8))
            .flat_map(|_| self.next().to_le_bytes())
            .collect()
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[test]
fn generated_modules_do_the_same_as_in_an_interpreter() {
    let seconds = std::env::var("WEFT_FUZZ_SECONDS").ok();
    let seconds = seconds.and_then(|text| text.parse().ok()).unwrap_or(1);
    let seed = std::env::var("WEFT_FUZZ_SEED").ok();
    let mut random = Random(seed.and_then(|text| text.parse().ok()).unwrap_or(0));
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut modules = 0;
    while Instant::now() < end {
        let bytes = random.bytes(8192);
        if differential::compile_run(&mut Unstructured::new(&bytes)).is_ok() {
            modules += 1;
        }
    }
    assert!(modules > 0, "no module in {seconds} s");
    eprintln!("{modules} modules");
}

#[test]
fn generated_modules_have_objects_and_exceptions() {
    let mut random = Random(0);
    let modules: Vec<ModuleInfo> = (0..64)
        .filter_map(|_| Case::generate(&mut Unstructured::new(&random.bytes(8192))).ok())
        .map(|case| decode(&case.bytes, &Features::all()).unwrap())
        .collect();
    let objects = modules.iter().filter(|module| has_objects(module)).count();
    let exceptions = modules.iter().filter(|module| !module.tags.is_empty());
    let exceptions = exceptions.count();
    assert!(objects > 0 && exceptions > 0, "{objects}, {exceptions}");
    eprintln!(
        "{} modules: {objects} with objects, {exceptions} with exceptions",
        modules.len()
    );
}

fn has_objects(module: &ModuleInfo) -> bool {
    let mut types = module.types.values();
    types.any(|ty| !matches!(ty.composite, CompositeType::Func(_)))
}
