import { realClock } from '../../src/queue/clock.ts';
import { MemoryServer } from '../../src/queue/memory-server.ts';
import { MemoryTransport } from '../../src/queue/memory-transport.ts';
import { transportConformance } from './transport.ts';

transportConformance('memory', async () => {
  const server = new MemoryServer(realClock, 200);
  return {
    leaseMs: 200,
    connect: async () => {
      const transport = new MemoryTransport(server);
      return { transport, lose: async () => transport.lose() };
    },
    close: async () => {},
  };
});
