import type { UserModule } from '../../base/user-module.ts';
import type { Architecture } from '../../pattern/architecture.ts';
import type { Pattern } from '../../pattern/pattern.ts';
import type { Better } from '../proxy.ts';

/** What a user's module exports: a proxy of their own. See docs/proxies.md */
export interface OwnProxy {
  /** lower-case words joined by hyphens, and no name of ours */
  readonly name: string;
  readonly better: Better;
  readonly summary?: string;
  /** A finite number, from the pattern and the architecture alone: the same call gives the same. */
  compute(pattern: Pattern, architecture: Architecture): number;
}

/** A proxy of the user's own as studies store it. */
export interface OwnProxySpec {
  readonly name: string;
  readonly better: Better;
  readonly file: UserModule;
}

/** What the thread of a user's proxy is asked to measure. */
export interface OwnProxyTask {
  readonly proxy: OwnProxySpec;
  readonly pattern: Pattern;
  readonly architecture: Architecture;
}
