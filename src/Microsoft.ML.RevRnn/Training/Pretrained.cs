using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>Checks of a language model that another model is to be made of.</summary>
internal static class Pretrained
{
    /// <exception cref="ArgumentException">It has another cell.</exception>
    public static void RequireCell(IExceptionContext context, RevLanguageModelTransformer? model, CellKind cell)
    {
        if (model != null && model.Network.Cell != cell)
        {
            throw context.Process(new ArgumentException(
                $"The language model to start from has the cell {model.Network.Cell}; {cell} was asked for. Use the method of the same name as its cell.",
                nameof(RevRnnClassificationOptions.LanguageModel)));
        }
    }
}
