//! The layer by itself: what holds values, what traces them, and panics that cross scripts.
//!
//! That nothing is lost is checked by the runtime's end, which aborts while anything is alive.

use std::cell::RefCell;
use std::ffi::CStr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use super::*;

fn runtime() -> Runtime {
    let runtime = Runtime::new(None).expect("there is memory");
    runtime.core().set_host(Box::new(()));
    runtime
}

/// An object that may hold another, and says when it goes.
struct Node {
    next: RefCell<Option<Held>>,
    gone: Rc<RefCell<u32>>,
}

impl Drop for Node {
    fn drop(&mut self) {
        *self.gone.borrow_mut() += 1;
    }
}

// SAFETY: what it holds is its own and reported once.
unsafe impl Trace for Node {
    fn trace(&self, tracer: &mut Tracer) {
        if let Some(next) = &*self.next.borrow() {
            tracer.visit(next);
        }
    }
}

impl Class for Node {
    const NAME: &'static CStr = c"Node";
}

fn node<'js>(context: Context<'js>, gone: &Rc<RefCell<u32>>) -> Value<'js> {
    let node = Node {
        next: RefCell::new(None),
        gone: gone.clone(),
    };
    let prototype = context.object().expect("there is memory");
    context.instance(&prototype, node).expect("there is memory")
}

fn collect(context: Context<'_>) {
    // SAFETY: the runtime is alive.
    unsafe { rquickjs::qjs::JS_RunGC(context.runtime()) }
}

#[test]
fn cycles_through_values_of_rust_are_collected() {
    let gone = Rc::new(RefCell::new(0));
    let runtime = runtime();
    runtime.core().enter(|context| {
        let (a, b) = (node(context, &gone), node(context, &gone));
        let set = |from: &Value<'_>, to: Value<'_>| {
            let node = from.downcast::<Node>().expect("it is one");
            *node.next.borrow_mut() = Some(to.hold());
        };
        set(&a, b.clone());
        set(&b, a.clone());
        drop(b);
        collect(context);
        assert_eq!(*gone.borrow(), 0, "one is still held");
        assert!(a.downcast::<Node>().is_some());
        drop(a);
        collect(context);
        assert_eq!(*gone.borrow(), 2);
    });
}

#[test]
fn an_object_is_found_while_it_lives() {
    let gone = Rc::new(RefCell::new(0));
    let runtime = runtime();
    let objects = WeakObjects::default();
    runtime.core().enter(|context| {
        let prototype = context.object().expect("there is memory");
        let data = Node {
            next: RefCell::new(None),
            gone: gone.clone(),
        };
        let object = context
            .instance_of_key(&prototype, &objects, 7, data)
            .expect("there is memory");
        assert!(objects.get(context, 7).expect("found").is_same(&object));
        assert_eq!(objects.key_of(&object), Some(7));
        drop(object);
        assert!(objects.get(context, 7).is_none());
        assert_eq!(*gone.borrow(), 1);
    });
}

#[test]
fn a_value_is_of_its_class_alone() {
    let gone = Rc::default();
    runtime().core().enter(|context| {
        assert!(context.global().downcast::<Node>().is_none());
        assert!(context.int(1).downcast::<Node>().is_none());
        assert!(node(context, &gone).downcast::<Node>().is_some());
        let object = context.eval_script("({})", "test").expect("a value");
        assert!(object.downcast::<Node>().is_none());
    });
}

#[test]
fn a_panic_goes_around_scripts() {
    let runtime = runtime();
    let core = runtime.core().clone();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let result = core.enter(|context| {
            let panics = context
                .function("f", 0, CallKind::Function, |_| panic!("on purpose"))
                .expect("there is memory");
            let global = context.global();
            global
                .define(Key::Name("f"), panics, Attributes::ALL)
                .expect("there is memory");
            let script = "try { f() } catch { seen = 1 } finally { seen = 2 }";
            let result = context.eval_script(script, "test");
            let uncatchable = result.err().map(|thrown| context.catch(thrown));
            assert!(uncatchable.is_some_and(|error| error.is_uncatchable()));
            global
                .get(Key::Name("seen"))
                .expect("a value")
                .is_undefined()
        });
        core.resume_panic();
        result
    }));
    let payload = panicked.expect_err("the panic goes on");
    assert_eq!(payload.downcast_ref::<&str>(), Some(&"on purpose"));
}

#[test]
fn strings_cross_whole() {
    runtime().core().enter(|context| {
        for text in ["", "plain", "nul \0 within", "snow \u{2603} and \u{1F600}"] {
            let value = context.string(text).expect("there is memory");
            assert_eq!(value.to_text().expect("a string"), text);
        }
        let lone = context
            .string_utf16(&[0xd800, 0x61])
            .expect("there is memory");
        assert_eq!(lone.to_utf16().expect("a string"), [0xd800, 0x61]);
        assert_eq!(lone.to_text().expect("a string"), "\u{fffd}a");
        let long = "x".repeat(1000);
        let error = context.throw_type(&long);
        let error = context.catch(error).get(Key::Name("message"));
        assert_eq!(error.expect("a message").to_text().expect("a string"), long);
    });
}

#[test]
fn buffers_count_who_is_over_shared_memory() {
    let owner = std::sync::Arc::new([0_u8; 8]);
    let base = owner.as_ptr().cast_mut();
    let runtime = runtime();
    runtime.core().enter(|context| {
        let buffer = || {
            // SAFETY: the owner has the bytes, and nobody writes to them.
            unsafe { context.shared_buffer(base, 8, Box::new(owner.clone())) }
                .expect("there is memory")
        };
        let (a, b) = (buffer(), buffer());
        drop(a);
        assert_eq!(std::sync::Arc::strong_count(&owner), 2);
        drop(b);
        assert_eq!(std::sync::Arc::strong_count(&owner), 1);
        let own = context.eval_script("new SharedArrayBuffer(16, { maxByteLength: 32 })", "test");
        assert_eq!(
            own.expect("a buffer")
                .buffer_bytes()
                .map(|(_, length)| length),
            Some(16)
        );
    });
}
