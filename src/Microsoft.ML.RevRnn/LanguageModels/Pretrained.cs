namespace Microsoft.ML.RevRnn.LanguageModels;

/// <summary>Checks of a language model that another model is to be made of.</summary>
internal static class Pretrained
{
    /// <param name="option">The option that holds the model.</param>
    /// <param name="model">The model; null for none.</param>
    /// <param name="cell">The cell that was asked for.</param>
    /// <exception cref="ArgumentException">It has another cell.</exception>
    public static void CheckCell(string option, RevLanguageModelTransformer? model, CellKind cell)
    {
        if (model != null && model.Network.Cell != cell)
        {
            throw new ArgumentException(
                $"The language model to start from has the cell {model.Network.Cell}; {cell} was asked for. Use the method of the same name as its cell.",
                option);
        }
    }
}
