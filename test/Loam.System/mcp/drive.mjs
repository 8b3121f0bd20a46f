// Drives an MCP server with the official client, for a story: a command a line on standard input, an
// answer a line on standard output, in whatever order they come.
//
//   node drive.mjs stdio PROGRAM [ARGS…]
//   node drive.mjs http URL TOKEN
import { createInterface } from 'node:readline';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from
  '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';

const [kind, target, ...rest] = process.argv.slice(2);
const transport = kind === 'http'
  ? new StreamableHTTPClientTransport(new URL(target), {
    requestInit: { headers: rest[0] ? { Authorization: `Bearer ${rest[0]}` } : {} },
  })
  : new StdioClientTransport({ command: target, args: rest, stderr: 'inherit' });

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const client = new Client({ name: 'story', version: '1.0.0' });
client.setNotificationHandler(ResourceUpdatedNotificationSchema,
  (told) => say({ told: told.params.uri }));

const commands = {
  call: ({ name, arguments: given }, onprogress) => client.callTool(
    { name, arguments: given }, undefined,
    { timeout: 300_000, resetTimeoutOnProgress: true, onprogress }),
  tools: () => client.listTools(),
  prompts: () => client.listPrompts(),
  prompt: ({ name, arguments: given }) => client.getPrompt({ name, arguments: given }),
  resources: () => client.listResources(),
  read: ({ uri }) => client.readResource({ uri }),
  subscribe: ({ uri }) => client.subscribeResource({ uri }),
  pid: () => transport.pid,
};

async function serve(command) {
  let steps = 0;
  try {
    const answer = await commands[command.do](command, () => { steps += 1; });
    say({ id: command.id, answer, steps });
  } catch (fault) {
    say({ id: command.id, error: String(fault.message), code: fault.code });
  }
}

try {
  await client.connect(transport);
  say({
    ready: true, server: client.getServerVersion(), instructions: client.getInstructions(),
    capabilities: client.getServerCapabilities(),
  });
} catch (fault) {
  say({ ready: false, error: String(fault.message), code: fault.code });
  process.exit(1);
}
// Known schemas are held against what comes.
await client.listTools();
for await (const line of createInterface({ input: process.stdin })) {
  void serve(JSON.parse(line));
}
await client.close();
