import { z } from 'zod';
import { cleanText } from '../base/clean-text.ts';

const names = z.array(z.string().transform((text) => cleanText(text, 60))).max(40);

const offersSchema = z.object({ engines: names, backends: names });

/** Engines and backends that a worker says to have. */
export type Offers = z.output<typeof offersSchema>;

/** What a worker's notice offers, from the wire; nothing where it cannot be read. */
export const readOffers = (offers: unknown): Offers =>
  offersSchema.safeParse(offers).data ?? { engines: [], backends: [] };
