//! Opens pages of `weft explore` in Chromium and looks at them as a person would: in light and dark, by keyboard, and fast.
//!
//! The browser is driven through pipes by its own protocol (DevTools), a message ended by a zero byte; two named pipes and a
//! shell give it the file descriptors that it wants, so nothing has to be installed but Chromium itself.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::conformance::weft;
use crate::project::{Result, root};

/// The most that a page of ten megabytes may take, in milliseconds: to open, to show a view, and for a frame while it is scrolled. It
/// is the time of the processor, so that it does not depend on what else the machine does; no task can take longer than
/// what it is part of.
const MAX_OPEN: f64 = 2000.0;
const MAX_VIEW: f64 = 100.0;
const MAX_FRAME: f64 = 50.0;

/// Makes a page of `module` and checks it. Screenshots go to target/explore.
pub(crate) fn run(module: &Path) -> Result {
    let folder = root().join("target/explore");
    std::fs::create_dir_all(&folder).map_err(text)?;
    let page = folder.join("page.html");
    let made = weft()?
        .arg("explore")
        .arg(module)
        .arg("-o")
        .arg(&page)
        .status();
    if !made.map_err(text)?.success() {
        return Err("weft explore failed".into());
    }
    let mut browser = Browser::start(&folder)?;
    let faults = check(&mut browser, &page, &folder)?;
    browser.end();
    match faults.is_empty() {
        true => Ok(()),
        false => Err(faults.join("\n")),
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// What is wrong with a page.
fn check(browser: &mut Browser, page: &Path, folder: &Path) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let url = format!("file://{}", page.canonicalize().map_err(text)?.display());
    let observe = "window.wrong = [];
        addEventListener('error', (event) => wrong.push(event.message));
        addEventListener('unhandledrejection', (event) => wrong.push(String(event.reason)));
        addEventListener('securitypolicyviolation', (event) => wrong.push(event.violatedDirective));";
    browser.call("Performance.enable", json!({ "timeDomain": "threadTicks" }))?;
    browser.call(
        "Page.addScriptToEvaluateOnNewDocument",
        json!({ "source": observe }),
    )?;
    browser.call("Page.navigate", json!({ "url": url }))?;
    browser.ask(
        "new Promise((done) => { const look = () => document.documentElement?.dataset.ready === undefined
            ? setTimeout(look, 5) : done(); look(); })",
    )?;
    let opened = browser.busy()?;
    limit("opening", opened, MAX_OPEN, &mut faults);
    for view in ["overview", "code", "size", "calls", "interface"] {
        look_at(browser, view, folder, &mut faults)?;
    }
    keyboard(browser, &mut faults)?;
    let wrong = browser.ask("wrong.join('\\n')")?;
    if wrong != "" {
        faults.push(format!("errors in the page: {wrong}"));
    }
    Ok(faults)
}

/// Shows a view, scrolls every list in it, and takes its picture in both themes.
fn look_at(browser: &mut Browser, view: &str, folder: &Path, faults: &mut Vec<String>) -> Result {
    let before = browser.busy()?;
    browser.ask(&format!(
        "location.hash = '{view}'; new Promise((done) => setTimeout(done, 1000))"
    ))?;
    let shown = browser.busy()?;
    limit(&format!("showing {view}"), shown - before, MAX_VIEW, faults);
    let frames = browser.ask(
        "(async () => {
          let frames = 0;
          for (const list of document.querySelectorAll('main > section:not([hidden]) .list')) {
            for (let step = 0; step < 100; step++, frames++) {
              list.scrollTop += step < 60 ? 700 : 90000;
              await new Promise(requestAnimationFrame);
            }
            list.scrollTop = 0;
          }
          return frames;
        })()",
    )?;
    let scrolled = (browser.busy()? - shown) / frames.as_f64().unwrap_or(1.0);
    limit(
        &format!("a frame while {view} is scrolled"),
        scrolled,
        MAX_FRAME,
        faults,
    );
    for theme in ["light", "dark"] {
        let features = json!([{ "name": "prefers-color-scheme", "value": theme }]);
        browser.call(
            "Emulation.setEmulatedMedia",
            json!({ "features": features }),
        )?;
        browser.ask("new Promise((done) => setTimeout(done, 100))")?;
        let picture = browser.call("Page.captureScreenshot", json!({}))?;
        let name = folder.join(format!("{view}-{theme}.png"));
        write_base64(&name, picture["data"].as_str().unwrap_or(""))?;
    }
    Ok(())
}

fn limit(what: &str, time: f64, most: f64, faults: &mut Vec<String>) {
    eprintln!("{what}: {time:.0} ms");
    if time > most {
        faults.push(format!("{what} takes {time:.0} ms, and {most} is the most"));
    }
}

fn write_base64(file: &Path, data: &str) -> Result {
    let file = std::fs::File::create(file).map_err(text)?;
    let mut command = Command::new("base64");
    command.arg("-d").stdin(Stdio::piped()).stdout(file);
    let mut child = command.spawn().map_err(text)?;
    let mut input = child.stdin.take().ok_or("base64 takes nothing")?;
    input.write_all(data.as_bytes()).map_err(text)?;
    drop(input);
    child.wait().map_err(text)?;
    Ok(())
}

/// Goes through the page by keyboard alone: to the tabs, into a list, to a function and back.
fn keyboard(browser: &mut Browser, faults: &mut Vec<String>) -> Result {
    browser.ask("location.hash = 'code'; document.getElementById('tab-code').focus(); new Promise((done) => setTimeout(done, 300))")?;
    for (key, wanted, what) in [
        (
            "ArrowRight",
            "document.activeElement.id === 'tab-size'",
            "an arrow goes to the next tab",
        ),
        (
            "ArrowLeft",
            "document.activeElement.id === 'tab-code'",
            "and back",
        ),
        (
            "/",
            "document.activeElement.id === 'query'",
            "a slash goes to the search",
        ),
    ] {
        browser.press(key)?;
        browser.ask("new Promise((done) => setTimeout(done, 200))")?;
        if browser.ask(wanted)? != true {
            faults.push(format!("by keyboard: not so that {what}"));
        }
    }
    let unnamed = browser.ask(
        "[...document.querySelectorAll('[role=grid], [role=listbox], [role=img], [role=region], input, select, canvas')]
          .filter((element) => element.checkVisibility() && !element.getAttribute('aria-label') && !element.labels?.length).length",
    )?;
    if unnamed != 0 {
        faults.push(format!(
            "{unnamed} controls have no name for a screen reader"
        ));
    }
    Ok(())
}

/// A browser with one page.
struct Browser {
    child: Child,
    input: std::fs::File,
    output: BufReader<std::fs::File>,
    last: u64,
    session: Option<String>,
}

impl Browser {
    fn start(folder: &Path) -> Result<Self> {
        let pipes: [PathBuf; 2] = ["in", "out"].map(|name| folder.join(name));
        for pipe in &pipes {
            // One that is left over from before is gone.
            let _ = std::fs::remove_file(pipe);
            let made = Command::new("mkfifo").arg(pipe).status().map_err(text)?;
            if !made.success() {
                return Err(format!("{} cannot be made", pipe.display()));
            }
        }
        let script = format!(
            "exec chromium --headless=new --no-sandbox --disable-gpu --remote-debugging-pipe --window-size=1440,900 \
             --user-data-dir='{}' about:blank 3<'{}' 4>'{}'",
            folder.join("profile").display(),
            pipes[0].display(),
            pipes[1].display()
        );
        let mut command = Command::new("sh");
        command
            .args(["-c", &script])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = command.spawn().map_err(text)?;
        let input = std::fs::File::options()
            .write(true)
            .open(&pipes[0])
            .map_err(text)?;
        let output = std::fs::File::open(&pipes[1]).map_err(text)?;
        let mut browser = Self {
            child,
            input,
            output: BufReader::new(output),
            last: 0,
            session: None,
        };
        let targets = browser.call("Target.getTargets", json!({}))?;
        let pages = targets["targetInfos"].as_array().into_iter().flatten();
        let page = pages.into_iter().find(|target| target["type"] == "page");
        let target = page.ok_or("Chromium has no page")?["targetId"].clone();
        let attached = browser.call(
            "Target.attachToTarget",
            json!({ "targetId": target, "flatten": true }),
        )?;
        browser.session = attached["sessionId"].as_str().map(str::to_string);
        for domain in ["Page.enable", "Runtime.enable"] {
            browser.call(domain, json!({}))?;
        }
        Ok(browser)
    }

    /// Calls a method and answers its result; events are passed over.
    fn call(&mut self, method: &str, params: Value) -> Result<Value> {
        self.last += 1;
        let mut message = json!({ "id": self.last, "method": method, "params": params });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.input
            .write_all(format!("{message}\0").as_bytes())
            .map_err(text)?;
        loop {
            let mut answer = Vec::new();
            self.output.read_until(0, &mut answer).map_err(text)?;
            answer.pop().ok_or("Chromium has ended")?;
            let answer: Value = serde_json::from_slice(&answer).map_err(text)?;
            if answer["id"] == self.last {
                return match answer.get("error") {
                    Some(error) => Err(format!("{method}: {error}")),
                    None => Ok(answer["result"].clone()),
                };
            }
        }
    }

    /// Evaluates an expression in the page, and waits for it.
    fn ask(&mut self, expression: &str) -> Result<Value> {
        let params =
            json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let answer = self.call("Runtime.evaluate", params)?;
        match answer.get("exceptionDetails") {
            Some(details) => Err(format!("{expression}: {details}")),
            None => Ok(answer["result"]["value"].clone()),
        }
    }

    /// The time of the processor that the page's thread has taken, in milliseconds.
    fn busy(&mut self) -> Result<f64> {
        let metrics = self.call("Performance.getMetrics", json!({}))?;
        let mut metrics = metrics["metrics"].as_array().into_iter().flatten();
        let found = metrics.find(|metric| metric["name"] == "TaskDuration");
        let seconds = found.and_then(|metric| metric["value"].as_f64());
        Ok(1000.0 * seconds.ok_or("Chromium does not measure")?)
    }

    fn press(&mut self, key: &str) -> Result {
        let code = match key {
            "ArrowLeft" => 37,
            "ArrowRight" => 39,
            _ => 191,
        };
        for kind in ["rawKeyDown", "keyUp"] {
            let params = json!({ "type": kind, "key": key, "windowsVirtualKeyCode": code });
            self.call("Input.dispatchKeyEvent", params)?;
        }
        Ok(())
    }

    fn end(mut self) {
        // It may be gone already.
        let _ = self.call("Browser.close", json!({}));
        let _ = self.child.wait();
    }
}
