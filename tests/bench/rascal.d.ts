/** What the bench uses of rascal, which brings no types of its own. */
declare module 'rascal' {
  type Emitter = { on(event: string, listener: (...args: any[]) => void): Emitter };
  type Broker = Emitter & {
    publish(name: string, content: Buffer, overrides: object): Promise<Emitter>;
    subscribe(name: string): Promise<Emitter>;
    shutdown(): Promise<void>;
  };
  const rascal: {
    BrokerAsPromised: { create(config: object): Promise<Broker> };
    withDefaultConfig(config: object): object;
  };
  export default rascal;
}
