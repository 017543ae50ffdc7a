import { NodeFS } from '@electric-sql/pglite/nodefs';
import { invariant } from '../kernel/invariant.ts';

/** What Emscripten gives its engine to work on a file system: of Node's, as much as is used here. */
interface NodeOperations {
  mknod(parent: unknown, name: string, mode: number, device: number): unknown;
  setattr(node: unknown, attributes: { mode?: number }): void;
}

/**
 * The embedded engine's files, for their owner alone. The engine makes each and then gives it the mode that it thinks
 * it has, 0666, whatever the umask says.
 */
export class PrivateFiles extends NodeFS {
  override async init(...given: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(...given);
    const preRun = [emscriptenOpts.preRun ?? []].flat();
    return {
      emscriptenOpts: { ...emscriptenOpts, preRun: [...preRun, (engine: object) => keepPrivate(operationsOf(engine))] },
    };
  }
}

function operationsOf(engine: object): NodeOperations {
  const { NODEFS } = engine as { readonly NODEFS?: { readonly node_ops?: NodeOperations } };
  invariant(NODEFS?.node_ops, 'the embedded engine works on files as it did');
  return NODEFS.node_ops;
}

function keepPrivate(operations: NodeOperations): void {
  const { mknod, setattr } = operations;
  operations.mknod = (parent, name, mode, device) => mknod(parent, name, ownersOf(mode), device);
  operations.setattr = (node, attributes) =>
    setattr(node, attributes.mode == null ? attributes : { ...attributes, mode: ownersOf(attributes.mode) });
}

/** Without what others may do; the kind of file stays. */
function ownersOf(mode: number): number {
  return mode & ~0o077;
}
