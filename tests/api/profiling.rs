//! What profilers are told.

use weft::{Config, Engine, Module, ProfilingStrategy};

#[test]
fn engines_of_one_process_share_a_map() {
    for name in ["of_the_first", "of_the_second"] {
        let engine = Engine::new(Config::new().profiler(ProfilingStrategy::PerfMap)).unwrap();
        let module = Module::new(&engine, format!("(module (func ${name}))")).unwrap();
        module.compile_all().unwrap();
    }
    let path = format!("/tmp/perf-{}.map", std::process::id());
    let map = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    for line in map.lines() {
        let [start, size, name] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        assert!(
            usize::from_str_radix(start, 16).is_ok() && usize::from_str_radix(size, 16).is_ok()
        );
        assert!(name.starts_with("of_the_"), "{line}");
    }
    assert_eq!(map.lines().count(), 2);
}
