// A module that waits for what never comes; and small things that programs ask their process for.
import { validateHeaderName } from 'node:http'; import net from 'net'; import dns, { promises } from 'dns'; import * as dnsPromises from 'dns/promises';
console.log(['1.2.3.4', '1.2.3', '::1', '::ffff:1.2.3.4', 'fe80::1%eth0', '1::2::3', '01.2.3.4', '256.1.1.1', '', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7::', 'g::', '1:2:3:4:5:6:7:8:9'].map(net.isIP), dns.NOTFOUND, promises === dnsPromises.default);
try { validateHeaderName('a b'); } catch (error) { console.log(error.name, error.code, error.message); }
console.log(process.binding('constants').fs.O_CREAT, process.binding('constants').os.signals.SIGINT);
try { process.binding('nothing'); } catch (error) { console.log(error.code, error.message); }
console.log(Intl.getCanonicalLocales(['EN-us', 'zh-hans-cn', 'de']), typeof Intl.DateTimeFormat().resolvedOptions().timeZone, `${Intl}`);
try { Intl.getCanonicalLocales('x_y'); } catch (error) { console.log(error.name, error.message); }
process.on('exit', (code) => console.log('exit', code, process.exitCode));
await new Promise(() => {});
