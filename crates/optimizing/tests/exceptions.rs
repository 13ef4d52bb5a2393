//! Where exceptions are caught: calls with handlers, branches for throws that stay, and the tables of both.

use weft_abi::layout::VMOffsets;
use weft_abi::{CompiledFunction, Compiler, Handler, Tunables};
use weft_module::{DefinedFuncIndex, EntityIndex, Features, ModuleInfo, TagIndex, decode};
use weft_optimizing::Optimizing;

/// A module with two tags, `$a` and `$b`, an imported one, `$i`, functions `$f` and `$g` that are not inlined, and `body` as the
/// function that is looked at.
struct Subject {
    module: ModuleInfo,
    bytes: Vec<u8>,
    compiler: Optimizing,
}

impl Subject {
    fn new(body: &str) -> Self {
        let text = format!(
            r#"(module
                (import "m" "i" (tag $i (param i32)))
                (tag $a (param i32)) (tag $b (param i64 f32))
                (func $f (return_call $f))
                (func $g (param i32) (result i32) (return_call $g (local.get 0)))
                {body})"#
        );
        let bytes = wat::parse_str(text).unwrap();
        Self {
            module: decode(&bytes, &Features::all()).unwrap(),
            bytes,
            compiler: Optimizing::new(Tunables::default()).unwrap(),
        }
    }

    fn func(&self) -> DefinedFuncIndex {
        DefinedFuncIndex::new(self.module.bodies.len() - 1)
    }

    fn ir(&self) -> String {
        let ir = self
            .compiler
            .translated(&self.module, &self.bytes, self.func());
        ir.unwrap()
    }

    fn code(&self) -> CompiledFunction {
        let code = self
            .compiler
            .compile(&self.module, &self.bytes, self.func());
        code.unwrap()
    }

    /// The tags of each call site's handlers, by their indices; `None` for any.
    fn handlers(&self) -> Vec<Vec<Option<u32>>> {
        let code = self.code();
        let offsets = VMOffsets::new(&self.module);
        let tag = |handler: &Handler| {
            (0..3).find(|&tag| offsets.tag(TagIndex(tag)) as u32 == handler.tag)
        };
        let ends = code.call_sites.iter().skip(1);
        let ends = ends.map(|site| site.first_handler as usize);
        let ends = ends.chain([code.handlers.len()]);
        let sites = code.call_sites.iter().zip(ends);
        sites
            .map(|(site, end)| {
                let handlers = &code.handlers[site.first_handler as usize..end];
                handlers.iter().map(tag).collect()
            })
            .collect()
    }
}

/// How often `name` is an instruction of `ir`.
fn count(ir: &str, name: &str) -> usize {
    ir.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| *word == name)
        .count()
}

#[test]
fn only_calls_within_reach_of_a_handler_have_one() {
    let subject = Subject::new(
        "(func (call $f)
            (block $h (try_table (catch_all $h) (call $f) (call $f)))
            (call $f))",
    );
    let ir = subject.ir();
    assert_eq!((count(&ir, "try_call"), count(&ir, "call")), (2, 2), "{ir}");
    assert_eq!(subject.handlers(), [[None], [None]]);
}

#[test]
fn a_throw_that_stays_in_its_function_is_a_branch() {
    let subject = Subject::new(
        "(func (param i32) (result i32)
            (block $h (result i32)
                (try_table (catch $a $h) (throw $a (local.get 0)))
                (unreachable)))",
    );
    let code = subject.code();
    assert!(
        code.call_sites.is_empty() && code.code.len() < 20,
        "{code:?}"
    );
    let caught_by_all =
        Subject::new("(func (block $h (try_table (catch_all $h) (throw $a (i32.const 1)))))");
    let ir = caught_by_all.ir();
    assert_eq!(
        count(&ir, "call_indirect") + count(&ir, "try_call_indirect"),
        0,
        "{ir}"
    );
    let legacy = Subject::new(
        "(func (param i32) (result i32)
            try (result i32) (throw $a (local.get 0)) catch $a end)",
    );
    assert!(legacy.code().code.len() < 20, "{}", legacy.ir());
}

#[test]
fn handlers_are_asked_from_the_inside_and_up_to_the_first_for_all() {
    let subject = Subject::new(
        "(func
            (block $0 (try_table (catch_all $0)
                (block $1 (try_table (catch_all $1)
                    (drop (block $2 (result i32) (try_table (catch $i $2)
                        (drop (block $3 (result i32) (try_table (catch $a $3) (catch $i $3)
                            (call $f)) (return)))
                        (call $f)) (return)))
                    (call $f)))
                (call $f))))",
    );
    let expected: [&[Option<u32>]; 4] = [
        // The second handler for the imported tag never has a chance.
        &[Some(1), Some(0), None],
        &[Some(0), None],
        &[None],
        &[None],
    ];
    assert_eq!(subject.handlers(), expected);
}

#[test]
fn delegation_passes_over_what_is_between() {
    let subject = Subject::new(
        "(func
            try $out
                try
                    try (call $f) delegate $out
                    (call $f)
                catch $a (drop) (call $f)
                end
            catch $i (drop)
            end)",
    );
    let expected: [&[Option<u32>]; 3] = [&[Some(0)], &[Some(1), Some(0)], &[Some(0)]];
    assert_eq!(subject.handlers(), expected);
}

#[test]
fn tail_calls_have_no_handlers() {
    let subject = Subject::new("(func (block $h (try_table (catch_all $h) (return_call $f))))");
    assert!(subject.code().call_sites.is_empty());
}

#[test]
fn call_sites_ascend_and_handlers_lie_in_the_code() {
    let calls = "(local.set 0 (call $g (local.get 0)))".repeat(50);
    let subject = Subject::new(&format!(
        "(func (param i32) (result i32)
            (block $h (result i32) (try_table (result i32) (catch $a $h) {calls} (local.get 0))))"
    ));
    let code = subject.code();
    assert_eq!(code.call_sites.len(), 50);
    let sites = &code.call_sites;
    assert!(sites.is_sorted_by(|a, b| a.return_offset < b.return_offset));
    assert!(sites.iter().all(|site| site.vmctx < site.frame_size));
    let inside = |handler: &Handler| (handler.offset as usize) < code.code.len();
    assert!(code.handlers.iter().all(inside));
}

#[test]
fn what_lives_over_a_call_with_handlers_stays_in_registers() {
    let live = |call: &str| {
        let subject = Subject::new(&format!(
            "(func $two (param i32) (result i32 i32) (return_call $two (local.get 0)))
             (func (param i32 i32 i32) (result i32)
                (i32.add (local.get 1) (i32.add (local.get 2)
                    (block $h (result i32) (try_table (result i32) (catch $a $h) {call})))))"
        ));
        subject.code().saved
    };
    // Three values, of which the vmctx is one, or what calls with handlers and several results clobber: all.
    assert_eq!(live("(call $g (local.get 0))").0.count_ones(), 3);
    assert_eq!(live("(call $two (local.get 0)) (drop)").0.count_ones(), 5);
}

#[test]
fn what_only_handlers_lead_to_is_laid_apart() {
    let cold = |after: &str| {
        let subject = Subject::new(&format!(
            "(func (param i32) (result i32)
                (block $h (result i32)
                    (try_table (result i32) (catch $a $h) (call $g (local.get 0))) {after}))"
        ));
        count(&subject.ir(), "cold")
    };
    // The pad, and the end of the block unless something else leads there.
    assert_eq!(cold("(return)"), 2);
    assert_eq!(cold(""), 1);
}

#[test]
fn huge_functions_are_compiled_with_handlers() {
    let arithmetic = "(local.set 0 (i32.add (local.get 0) (i32.const 3)))
        (local.set 0 (i32.mul (local.get 0) (local.get 0)))"
        .repeat(150_000);
    let subject = Subject::new(&format!(
        "(func (param i32) (result i32)
            (block $h (result i32) (try_table (result i32) (catch $a $h)
                {arithmetic} (call $g (local.get 0)))))"
    ));
    assert_eq!(subject.handlers(), [[Some(1)]]);
}

#[test]
fn large_payloads_for_many_handlers_are_a_limit() {
    let params = "i32 ".repeat(1000);
    let tags = format!("(tag (param {params}))").repeat(6000);
    let catches: String = (3..6003).map(|tag| format!("(catch {tag} $h) ")).collect();
    let subject = Subject::new(&format!(
        "{tags} (type $many (func (result {params})))
         (func (block $h (type $many) (try_table {catches} (call $f)) (unreachable)) (unreachable))"
    ));
    let result = subject
        .compiler
        .compile(&subject.module, &subject.bytes, subject.func());
    assert!(result.unwrap_err().message.contains("too large"));
}

#[test]
fn handlers_without_end_are_a_limit_and_no_hang() {
    let tags = "(tag (param i32))".repeat(3000);
    let nest: String = (3..3000).map(|_| "try call $f ").collect::<String>()
        + "call $f "
        + &(3..3000)
            .rev()
            .map(|tag| format!("catch {tag} drop end "))
            .collect::<String>();
    let text = format!("{tags} (func {nest})");
    let bytes = Subject::new(&text);
    let result = bytes
        .compiler
        .compile(&bytes.module, &bytes.bytes, bytes.func());
    assert!(result.unwrap_err().message.contains("too large"));
}
