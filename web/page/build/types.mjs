// Prints the types of the server's API, made from its description (OpenAPI) on standard input.

import { text } from "node:stream/consumers";
import openapiTS, { astToString } from "openapi-typescript";

const description = JSON.parse(await text(process.stdin));
const types = await openapiTS(description);
process.stdout.write(`// Made by \`just types\` from \`vismatch openapi\`: not edited by hand.\n\n${astToString(types)}`);
