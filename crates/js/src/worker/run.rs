//! The life of a worker in its thread ("run a worker", HTML § 10.2.4).

use std::rc::Rc;
use std::sync::Arc;

use super::{
    Control, Location, Parent, Port, Program, Start, begin, open_port, read_script,
    update_listening,
};
use crate::agent::Agent;
use crate::host::{Host, turn};
use crate::identity::Identity;
use crate::node;
use crate::quickjs::{Context, Held, JsResult, Thrown};
use crate::web;

/// Runs a worker from its start to its end.
pub(crate) fn run(start: Start) {
    // In this order: its agent goes, then who started it is told, and only then nothing more can come from it.
    let control = start.control.clone();
    let _closing = Closing(control.clone());
    let agent = Agent::worker(&start);
    let stopped = agent.clone();
    let access = start.setup.access.clone();
    let Start {
        location,
        program,
        parent,
        ..
    } = start;
    let identity = match program {
        Program::Script { .. } => Identity::Worker,
        Program::Node(_) => Identity::Node,
    };
    let Ok(mut host) = Host::of(agent, identity) else {
        return parent.not_started();
    };
    control.attach(host.interrupt_handle());
    match program {
        Program::Node(thread) => node::run_thread(&mut host, *thread, &parent),
        Program::Script {
            is_module,
            name,
            port,
        } => {
            let Ok(source) = read_script(&access, &location, &|| stopped.shall_stop()) else {
                return parent.not_started();
            };
            let script = Script {
                source: &source,
                location: &location,
                is_module,
            };
            run_script(&mut host, &script, port, &name, &parent);
        }
    }
    drop(host);
}

fn run_script(host: &mut Host, script: &Script<'_>, port: Port, name: &str, parent: &Parent) {
    host.enter(|agent, context| {
        let own_port = match begin(context, Some(port), name, script.is_module) {
            Ok(own_port) => own_port,
            Err(thrown) => return drop(context.catch(thrown)),
        };
        live(agent, context, script, &own_port, parent);
        agent.children.stop();
    });
}

struct Closing(Arc<Control>);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.mailbox().close();
        self.0.end();
    }
}

struct Script<'a> {
    source: &'a str,
    location: &'a Location,
    is_module: bool,
}

impl Script<'_> {
    /// Runs it. That a module has failed is seen by its promise, which nobody handles.
    fn run(&self, context: Context<'_>) -> JsResult<()> {
        let name = self.location.script_name();
        match self.is_module {
            true => context.run(context.compile_module(self.source, &name)?),
            false => context.eval_script(self.source, &name),
        }
        .map(drop)
    }
}

/// Runs the script, and what comes after it, until nothing is left that could come.
fn live(
    agent: &Rc<Agent>,
    context: Context<'_>,
    script: &Script<'_>,
    own_port: &Held,
    parent: &Parent,
) {
    let started = script.run(context);
    let started = started.or_else(|thrown| web::report(context, thrown));
    let mut goes_on = go_on(agent, context, parent, started)
        && go_on(agent, context, parent, open_port(context, own_port));
    while goes_on {
        let turned = update_listening(context, own_port).and_then(|()| turn(agent, context));
        goes_on = !matches!(turned, Ok(false)) && go_on(agent, context, parent, turned.map(drop));
    }
}

/// Tells who started the worker of an exception; false when the worker is to end.
fn go_on(agent: &Agent, context: Context<'_>, parent: &Parent, result: JsResult<()>) -> bool {
    let tell = |thrown: Thrown| {
        let exception = context.catch(thrown);
        if !exception.is_uncatchable() {
            parent.uncaught(&exception);
        }
    };
    result.unwrap_or_else(tell);
    !agent.shall_stop()
}
