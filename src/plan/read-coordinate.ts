const memberCoordinate = /^([_A-Za-z][_0-9A-Za-z]*)\.([_A-Za-z][_0-9A-Za-z]*)$/;

/**
 * The type and the field, input field or value that a coordinate names (`Type.member`, GraphQL spec, "Schema
 * Coordinates"). A text that is none names nothing: what is left of it would be another coordinate.
 */
export function readCoordinate(text: string): readonly [type: string, member: string] {
  const [, type = '', member = ''] = memberCoordinate.exec(text) ?? [];
  return [type, member];
}
