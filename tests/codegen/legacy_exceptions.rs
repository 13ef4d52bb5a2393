//! Random programs of the older exception instructions do the same in Weft as in an interpreter of theirs, which
//! follows the structure of the program and knows nothing of code.
//!
//! A program is functions that call those before them and log what they do, with every `throw`, branch and
//! `rethrow` under a condition, so that the same code takes many ways.

use std::fmt::Write as _;

use weft::{Engine, Exception, Instance, Module, Store};

/// Functions of a program; the last one is called.
const FUNCTIONS: usize = 6;
const TAGS: u32 = 3;

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        ((mixed ^ (mixed >> 29)) >> 32) as u32 % bound
    }
}

enum Statement {
    Log(u32),
    Call(usize),
    /// Throw a tag with a payload, if the condition is this.
    Throw(u32, u32, u32),
    /// Branch to a label, if the condition is this.
    Branch(usize, u32),
    /// Throw the exception of the handler at a label again, if the condition is 1.
    Rethrow(usize),
    Block(Vec<Self>),
    Delegate(Vec<Self>, usize),
    Try(Vec<Self>, Vec<Catch>),
}

/// A handler of a tag, or of all.
struct Catch(Option<u32>, Vec<Statement>);

/// A function's statements within blocks of which `handlers` says which are handlers, outermost first.
fn statements(
    random: &mut Random,
    func: usize,
    handlers: &mut Vec<bool>,
    depth: u32,
) -> Vec<Statement> {
    (0..=random.below(3))
        .map(|_| statement(random, func, handlers, depth))
        .collect()
}

fn within(
    random: &mut Random,
    func: usize,
    handlers: &mut Vec<bool>,
    depth: u32,
    is_handler: bool,
) -> Vec<Statement> {
    handlers.push(is_handler);
    let inner = statements(random, func, handlers, depth - 1);
    handlers.pop();
    inner
}

fn statement(random: &mut Random, func: usize, handlers: &mut Vec<bool>, depth: u32) -> Statement {
    let labels = handlers.len() as u32;
    match random.below(20) {
        0..4 => Statement::Log(random.below(1000)),
        4..7 => Statement::Throw(random.below(TAGS), random.below(100), random.below(4)),
        7..10 if func > 0 => Statement::Call(random.below(func as u32) as usize),
        10..12 => Statement::Branch(random.below(labels) as usize, random.below(4)),
        12..14 => match handlers.iter().rev().position(|&handler| handler) {
            Some(label) => Statement::Rethrow(label),
            None => Statement::Log(1),
        },
        _ if depth == 0 => Statement::Log(random.below(1000)),
        14..16 => Statement::Block(within(random, func, handlers, depth, false)),
        16 => {
            let body = within(random, func, handlers, depth, false);
            Statement::Delegate(body, random.below(labels) as usize)
        }
        _ => {
            let body = within(random, func, handlers, depth, false);
            let first = random.below(TAGS);
            let mut tags: Vec<Option<u32>> = (0..random.below(3))
                .map(|n| Some((first + n) % TAGS))
                .collect();
            tags.extend((random.below(3) == 0).then_some(None));
            let catches = tags.into_iter().map(|tag| {
                let inner = within(random, func, handlers, depth, true);
                Catch(tag, inner)
            });
            Statement::Try(body, catches.collect())
        }
    }
}

/// What leaves a statement early. Frames are counted from the outermost one of the function.
enum Leave {
    Branch(usize),
    /// An exception, and the frame up to which no handler is asked, if it was delegated.
    Throw((u32, u32), Option<usize>),
}

type Step = Result<(), Leave>;

/// The interpreter.
struct Model<'a> {
    functions: &'a [Vec<Statement>],
    input: u32,
    state: u32,
    log: u32,
}

impl Model<'_> {
    fn condition(&mut self) -> u32 {
        self.state = self.state.wrapping_mul(7).wrapping_add(self.input + 1);
        self.state >> 3 & 3
    }

    fn write(&mut self, value: u32) {
        self.log = self.log.wrapping_mul(31).wrapping_add(value);
    }

    fn call(&mut self, func: usize) -> Result<(), (u32, u32)> {
        let functions = self.functions;
        let done = self.run(&functions[func], &mut vec![None]);
        match leave_frame(done, 0) {
            Err(Leave::Throw(exception, _)) => Err(exception),
            _ => Ok(()),
        }
    }

    /// Runs statements; `caught` has the exception of each frame that is a handler.
    fn run(&mut self, body: &[Statement], caught: &mut Vec<Option<(u32, u32)>>) -> Step {
        body.iter().try_for_each(|one| self.step(one, caught))
    }

    /// Runs what is in a frame of its own.
    fn inside(
        &mut self,
        body: &[Statement],
        caught: &mut Vec<Option<(u32, u32)>>,
        exception: Option<(u32, u32)>,
    ) -> Step {
        caught.push(exception);
        let done = self.run(body, caught);
        caught.pop();
        done
    }

    fn step(&mut self, one: &Statement, caught: &mut Vec<Option<(u32, u32)>>) -> Step {
        let frame = caught.len();
        match one {
            Statement::Log(value) => self.write(*value),
            Statement::Call(func) => {
                let called = self.call(*func);
                called.map_err(|exception| Leave::Throw(exception, None))?;
            }
            Statement::Throw(tag, payload, when) => {
                if self.condition() == *when {
                    return Err(Leave::Throw((*tag, *payload), None));
                }
            }
            Statement::Branch(label, when) => {
                if self.condition() == *when {
                    return Err(Leave::Branch(frame - 1 - label));
                }
            }
            Statement::Rethrow(label) => {
                let exception = caught[frame - 1 - label].expect("the label is of a handler");
                if self.condition() == 1 {
                    return Err(Leave::Throw(exception, None));
                }
            }
            Statement::Block(body) => {
                let done = self.inside(body, caught, None);
                return leave_frame(done, frame);
            }
            Statement::Delegate(body, label) => {
                let done = self.inside(body, caught, None);
                return match leave_frame(done, frame) {
                    Err(Leave::Throw(exception, None)) => {
                        Err(Leave::Throw(exception, Some(frame - 1 - label)))
                    }
                    other => other,
                };
            }
            Statement::Try(body, catches) => {
                let done = self.inside(body, caught, None);
                return match leave_frame(done, frame) {
                    Err(Leave::Throw(exception, None)) => self.catch(exception, catches, caught),
                    other => other,
                };
            }
        }
        Ok(())
    }

    fn catch(
        &mut self,
        exception: (u32, u32),
        catches: &[Catch],
        caught: &mut Vec<Option<(u32, u32)>>,
    ) -> Step {
        let takes = |Catch(tag, _): &&Catch| tag.is_none_or(|tag| tag == exception.0);
        let Some(Catch(tag, body)) = catches.iter().find(takes) else {
            return Err(Leave::Throw(exception, None));
        };
        if tag.is_some() {
            self.write(exception.1);
        }
        let done = self.inside(body, caught, Some(exception));
        leave_frame(done, caught.len())
    }
}

/// What is left of `done` outside of `frame`: a branch to it ends there, and what was delegated to it goes on from there.
fn leave_frame(done: Step, frame: usize) -> Step {
    match done {
        Err(Leave::Branch(target)) if target == frame => Ok(()),
        Err(Leave::Throw(exception, Some(target))) if target == frame => {
            Err(Leave::Throw(exception, None))
        }
        other => other,
    }
}

const LOG: &str = "call $log\n";

fn write_text(text: &mut String, body: &[Statement]) {
    for one in body {
        // Writing to a string does not fail.
        let _ = match one {
            Statement::Log(value) => write!(text, "i32.const {value} {LOG}"),
            Statement::Call(func) => writeln!(text, "call $f{func}"),
            Statement::Throw(tag, payload, when) => writeln!(
                text,
                "call $condition i32.const {when} i32.eq if i32.const {payload} throw {tag} end"
            ),
            Statement::Branch(label, when) => writeln!(
                text,
                "call $condition i32.const {when} i32.eq br_if {label}"
            ),
            Statement::Rethrow(label) => writeln!(
                text,
                "call $condition i32.const 1 i32.eq if rethrow {} end",
                label + 1
            ),
            Statement::Block(body) => {
                text.push_str("block ");
                write_text(text, body);
                writeln!(text, "end")
            }
            Statement::Delegate(body, label) => {
                text.push_str("try ");
                write_text(text, body);
                writeln!(text, "delegate {label}")
            }
            Statement::Try(body, catches) => {
                text.push_str("try ");
                write_text(text, body);
                for Catch(tag, body) in catches {
                    let _ = match tag {
                        Some(tag) => write!(text, "catch {tag} {LOG}"),
                        None => write!(text, "catch_all "),
                    };
                    write_text(text, body);
                }
                writeln!(text, "end")
            }
        };
    }
}

fn module(functions: &[Vec<Statement>]) -> String {
    let mut text = r#"(module
        (tag (param i32)) (tag (param i32)) (tag (param i32))
        (global $log (export "log") (mut i32) (i32.const 0))
        (global $state (mut i32) (i32.const 0))
        (global $input (mut i32) (i32.const 0))
        (func $log (param i32)
            (global.set $log (i32.add (i32.mul (global.get $log) (i32.const 31)) (local.get 0))))
        (func $condition (result i32)
            (global.set $state (i32.add (i32.mul (global.get $state) (i32.const 7))
                (i32.add (global.get $input) (i32.const 1))))
            (i32.and (i32.shr_u (global.get $state) (i32.const 3)) (i32.const 3)))
        "#
    .to_string();
    for (func, body) in functions.iter().enumerate() {
        let _ = writeln!(text, "(func $f{func}");
        write_text(&mut text, body);
        text.push_str(")\n");
    }
    let _ = write!(
        text,
        r#"(func (export "run") (param i32)
            (global.set $log (i32.const 0)) (global.set $state (i32.const 0))
            (global.set $input (local.get 0))
            (call $f{})))"#,
        functions.len() - 1
    );
    text
}

/// The payload of the exception that left the program if one did, and what was logged.
fn run(store: &mut Store<()>, instance: &Instance, input: u32) -> (Option<u32>, u32) {
    let run = instance.get_typed_func::<u32, ()>(&mut *store, "run");
    let thrown = run.unwrap().call(&mut *store, input).err().map(|error| {
        let exception = error.downcast_ref::<Exception>().expect("an exception");
        exception.payload(&mut *store).unwrap()[0].unwrap_i32() as u32
    });
    let log = instance.get_global(&mut *store, "log").unwrap();
    let log = log.get(&mut *store).unwrap_i32() as u32;
    (thrown, log)
}

#[test]
fn programs_do_the_same_as_in_an_interpreter() {
    let engine = Engine::default();
    let mut thrown = 0;
    for seed in 0..150 {
        let mut random = Random(seed);
        let functions: Vec<Vec<Statement>> = (0..FUNCTIONS)
            .map(|func| statements(&mut random, func, &mut vec![false], 4))
            .collect();
        let text = module(&functions);
        let module = Module::new(&engine, &text).unwrap();
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        for input in 0..12 {
            let mut model = Model {
                functions: &functions,
                input,
                state: 0,
                log: 0,
            };
            let expected = model.call(FUNCTIONS - 1).err().map(|(_, payload)| payload);
            thrown += u32::from(expected.is_some());
            let actual = run(&mut store, &instance, input);
            assert_eq!(
                actual,
                (expected, model.log),
                "seed {seed}, input {input}\n{text}"
            );
        }
    }
    assert!(thrown > 100, "only {thrown} programs threw");
}
