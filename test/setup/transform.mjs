// What runs under test is what runs: TypeScript with its types blanked out by Node.
import { stripTypeScriptTypes } from 'node:module';

export default { process: (source) => ({ code: stripTypeScriptTypes(source) }) };
