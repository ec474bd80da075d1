// `npm run clients -- add|list|rotate|revoke`: the systems that get tokens from the provider.
// https://hl7.org/fhir/smart-app-launch/backend-services.html#register-the-client-with-the-server
import { oneLine } from '../store/log.ts';
import { changeClients } from './clients/clients.ts';
import { withProviderStore } from './provider-store.ts';

try {
  const lines = await changeClients(process.argv.slice(2), withProviderStore);
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
} catch (error) {
  process.stderr.write(`${oneLine(error)}\n`);
  process.exitCode = 2;
}
