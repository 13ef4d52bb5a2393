//! Threads of a server: one takes connections, and each of those has one that reads requests and writes responses as its agent asks for it.
//!
//! A thread reads no more of a body than is asked for, so a program is never sent more than it wants. A body is read before what is
//! written afterwards: an exchange goes one way at a time.

use std::io::{self, BufReader, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use rustix::net::Shutdown as Direction;

use super::request::{Body, Head as RequestHead};
use super::response::{Head, Response};
use crate::event_loop::Reply;
use crate::mailbox;

/// How long a connection may be silent between requests, and within one.
const BETWEEN: Duration = Duration::from_secs(5);
const WITHIN: Duration = Duration::from_secs(300);
/// How many connections there are at once.
const MOST: usize = 1024;
/// How much of a body is given at once, and skipped that nobody has read.
const CHUNK: usize = 64 << 10;
const SKIPPED: u64 = 1 << 20;

/// The next bytes of a request's body; none at its end.
pub(super) type Chunk = Result<Vec<u8>, String>;
/// Whether something has been written.
pub(super) type Written = Result<(), String>;

/// What an agent asks the thread of a connection.
pub(super) enum Command {
    Read(Reply<Chunk>),
    Begin(Head),
    Write(Vec<u8>, Reply<Written>),
    End(Reply<Written>),
}

/// A request, and who answers it: when nobody can any more the connection is closed.
pub(super) struct Arrived {
    pub(super) head: RequestHead,
    pub(super) has_body: bool,
    pub(super) peer: Option<SocketAddr>,
    pub(super) commands: Sender<Command>,
}

/// A listening server. It ends with this.
pub(super) struct Listening {
    listener: Arc<TcpListener>,
    is_closed: Arc<AtomicBool>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.is_closed.store(true, Ordering::SeqCst);
        // The thread that waits for a connection gets an error.
        let _ = rustix::net::shutdown(&*self.listener, Direction::Both);
    }
}

/// What the threads of a server share.
#[derive(Clone)]
struct Shared {
    /// Where requests go.
    requests: mailbox::Sender,
    is_closed: Arc<AtomicBool>,
    connections: Arc<AtomicUsize>,
}

impl Listening {
    /// Listens at an address, and sends an [`Arrived`] for each request.
    pub(super) fn start(listener: TcpListener, requests: mailbox::Sender) -> io::Result<Self> {
        let listener = Arc::new(listener);
        let is_closed = Arc::new(AtomicBool::new(false));
        let shared = Shared {
            requests,
            is_closed: is_closed.clone(),
            connections: Arc::default(),
        };
        let thread = std::thread::Builder::new().name("weft-http".into());
        let own = listener.clone();
        thread.spawn(move || accept(&own, &shared))?;
        Ok(Self {
            listener,
            is_closed,
        })
    }
}

fn accept(listener: &TcpListener, shared: &Shared) {
    while !shared.is_closed.load(Ordering::SeqCst) {
        let Ok((stream, _)) = listener.accept() else {
            // There may be too many files; the wait keeps that from taking a processor.
            std::thread::sleep(Duration::from_millis(10));
            continue;
        };
        if shared.connections.fetch_add(1, Ordering::SeqCst) >= MOST {
            shared.connections.fetch_sub(1, Ordering::SeqCst);
            continue;
        }
        let own = shared.clone();
        let thread = std::thread::Builder::new().name("weft-http".into());
        let started = thread.spawn(move || {
            // What is wrong with a connection ends it.
            let _ = serve(&stream, &own);
            let _ = stream.shutdown(Shutdown::Both);
            own.connections.fetch_sub(1, Ordering::SeqCst);
        });
        if started.is_err() {
            shared.connections.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// Serves one request after the other.
fn serve(stream: &TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    loop {
        stream.set_read_timeout(Some(BETWEEN))?;
        let head = match RequestHead::read(&mut reader) {
            Ok(None) => return Ok(()),
            Ok(Some(head)) => head.body().map(|body| (head, body)),
            Err(error) => Err(error),
        };
        let (head, body) = match head {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                let mut writer = stream;
                return writer.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
            }
            Err(error) => return Err(error),
        };
        stream.set_read_timeout(Some(WITHIN))?;
        let mut exchange = Exchange {
            awaits_continue: head.awaits_continue(),
            body,
            response: None,
            failure: None,
        };
        let (commands, asked) = channel();
        shared.requests.send(Box::new(Arrived {
            head: head.clone(),
            has_body: !body.is_over(),
            peer: stream.peer_addr().ok(),
            commands,
        }));
        if !exchange.run(&mut reader, &head, &asked, shared) || !exchange.skip(&mut reader) {
            return Ok(());
        }
    }
}

/// A request that is being answered.
struct Exchange {
    body: Body,
    awaits_continue: bool,
    response: Option<Response>,
    /// Why nothing can be written any more.
    failure: Option<String>,
}

impl Exchange {
    /// Does what the agent asks for until it asks for nothing more, and says whether the connection goes on.
    fn run(
        &mut self,
        reader: &mut BufReader<&TcpStream>,
        request: &RequestHead,
        asked: &Receiver<Command>,
        shared: &Shared,
    ) -> bool {
        let stream = *reader.get_ref();
        let mut goes_on = false;
        while let Ok(command) = asked.recv() {
            match command {
                Command::Read(reply) => reply.send(self.read(reader)),
                Command::Begin(head) => {
                    let may_keep = !shared.is_closed.load(Ordering::SeqCst);
                    match Response::begin(stream, request, &head, may_keep) {
                        Ok(response) => self.response = Some(response),
                        Err(error) => self.failure = Some(error.to_string()),
                    }
                }
                Command::Write(bytes, reply) => {
                    let written = self.write(|response| response.write(stream, &bytes));
                    reply.send(written);
                }
                Command::End(reply) => {
                    let response = self.response.take();
                    let ended = match response.map(|response| response.end(stream)) {
                        Some(Ok(keeps_alive)) => {
                            goes_on = keeps_alive;
                            Ok(())
                        }
                        Some(Err(error)) => Err(error.to_string()),
                        None => Err(self.closed()),
                    };
                    reply.send(ended);
                }
            }
        }
        goes_on
    }

    fn closed(&self) -> String {
        let failure = self.failure.as_deref();
        failure.unwrap_or("the response has no head").to_owned()
    }

    fn write(&mut self, write: impl FnOnce(&Response) -> io::Result<()>) -> Written {
        let Some(response) = &self.response else {
            return Err(self.closed());
        };
        write(response).map_err(|error| {
            self.response = None;
            self.failure.insert(error.to_string()).clone()
        })
    }

    fn read(&mut self, reader: &mut BufReader<&TcpStream>) -> Chunk {
        if std::mem::take(&mut self.awaits_continue) && self.response.is_none() {
            let mut writer = *reader.get_ref();
            let written = writer.write_all(b"HTTP/1.1 100 Continue\r\n\r\n");
            written.map_err(|error| error.to_string())?;
        }
        let mut bytes = vec![0; CHUNK];
        let count = self.body.read(reader, &mut bytes);
        bytes.truncate(count.map_err(|error| error.to_string())?);
        Ok(bytes)
    }

    /// Skips what nobody has read of the body, since the next request comes after it; false if that is too much.
    fn skip(&mut self, reader: &mut BufReader<&TcpStream>) -> bool {
        let (mut bytes, mut left) = ([0; 4096], SKIPPED);
        while !self.body.is_over() {
            match self.body.read(reader, &mut bytes) {
                Ok(count) if (count as u64) < left => left -= count as u64,
                _ => return false,
            }
        }
        true
    }
}
