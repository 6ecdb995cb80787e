/** `nonroot` of the distroless images: nobody, in every container of a task. */
export const user = '65532';
